"""Small source trees that look like QEMU's, by the conventions of three releases."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

PERSON = "Ada Board <ada@example.org>"
DEVICES = (
    *("ARM_GIC", "ARM_V7M", "CMSDK_APB_UART", "ISA_BUS", "PL011", "PL031", "PL061"),
    *("SERIAL", "SERIAL_MM", "SIFIVE_PLIC", "SIFIVE_UART", "UNIMP", "VIRTIO_MMIO"),
    *("STM32F2XX_SPI", "STM32F2XX_USART"),
    *("I8254", "I8257", "I8259", "IDE_ISA", "MC146818RTC", "PC", "PCKBD", "PCSPK"),
    "SERIAL_ISA",
)
FOLDERS = {
    "arm": ("ARM Machines", ("ACORN", "LEMON", "PLUM")),
    "i386": ("X86 Machines", ("MICRO", "PCLIKE")),
    "ppc": ("PowerPC Machines", ("BEECH", "OAK")),
    "riscv": ("RISC-V Machines", ("ELDER", "WILLOW")),
}
TARGETS = {
    "aarch64": "arm",
    "arm": "arm",
    "i386": "i386",
    "ppc": "ppc",
    "riscv64": "riscv",
    "x86_64": "i386",
}
KINDS = ("7.2", "10.0", "10.2")


def files(kind: str) -> dict[str, str]:
    """The files of a tree with the conventions of a release."""
    made = {
        "VERSION": f"{kind}.1\n",
        "configure": "#!/bin/sh\n",
        "Kconfig.host": "config FDT\n    bool\n\nconfig LINUX\n    bool\n",
        "meson.build": "project('qemu', ['c'])\n",
        "MAINTAINERS": _maintainers(),
        "hw/misc/Kconfig": "\n".join(_device(d) for d in DEVICES),
    }
    for folder, (_, boards) in FOLDERS.items():
        made |= _folder(folder, boards, kind)
    for target, folder in TARGETS.items():
        made |= _target(target, folder, kind)
    if kind == "10.0":
        lists = "".join(_tests(target) for target in TARGETS)
        made["tests/functional/meson.build"] = f"test_timeouts = {{\n}}\n\n{lists}"
    if kind == "10.2":
        made["tests/functional/meson.build"] = "subdir('arm')\n"
    return made


def _device(symbol: str) -> str:
    """SERIAL_MM brings SERIAL, as in QEMU."""
    plain, _, behind = symbol.partition("_")
    select = f"    select {plain}\n" if behind == "MM" else ""
    return f"config {symbol}\n    bool\n{select}"


def _maintainers() -> str:
    text = "Maintainers of this little tree\n===============================\n\n"
    for chapter, boards in FOLDERS.values():
        text += f"{chapter}\n{'-' * len(chapter)}\n"
        for board in boards:
            text += f"{board.title()}\nM: {board.title()} <b@example.org>\n"
            text += f"S: Maintained\nF: hw/*/{board.lower()}*\n\n"
    return f"{text}Others\n------\nNobody\nS: Orphan\nF: *\n"


def _folder(folder: str, boards: tuple[str, ...], kind: str) -> dict[str, str]:
    switched = "" if kind == "7.2" else "    default y\n    depends on TCG\n"
    entries = [
        f"config {board}\n    bool\n{switched}    select UNIMP\n" for board in boards
    ]
    entries.append(f"config {folder.upper()}_SOC\n    bool\n")
    name = "arm_common_ss" if (folder, kind) == ("arm", "10.2") else f"{folder}_ss"
    meson = f"{name} = ss.source_set()\n{name}.add(files('boot.c'))\n"
    for board in boards:
        meson += (
            f"{name}.add(when: 'CONFIG_{board}', if_true: files('{board.lower()}.c'))\n"
        )
    soc = folder.upper()
    meson += (
        f"\n{name}.add(when: 'CONFIG_{soc}_SOC', if_true: files('{folder}_soc.c'))\n"
    )
    meson += f"\nhw_arch += {{'{folder}': {name}}}\n"
    pages = "".join(f"   {folder}/{board.lower()}\n" for board in boards)
    made = {
        f"hw/{folder}/Kconfig": "\n".join(entries),
        f"hw/{folder}/meson.build": meson,
        f"docs/system/target-{folder}.rst": (
            f"The target\n==========\n\n.. toctree::\n   :maxdepth: 1\n\n{pages}\n"
            "More\n====\n\n.. toctree::\n   more\n"
        ),
    }
    for board in boards:
        title = f"The {board.title()} board (``{board.lower()}``)"
        made[f"docs/system/{folder}/{board.lower()}.rst"] = (
            f".. a label\n\n{title}\n{'=' * len(title)}\n\nWords.\n"
        )
        made[f"hw/{folder}/{board.lower()}.c"] = (
            f'DEFINE_MACHINE("{board.lower()}", {board.lower()}_init)\n'
        )
    if folder == "i386" and kind != "7.2":
        made["hw/i386/x86-common.c"] = "/* shared */\n"
    return made


def _target(target: str, folder: str, kind: str) -> dict[str, str]:
    _, boards = FOLDERS[folder]
    text = f"# Default configuration for {target}\n"
    if target in ("aarch64", "x86_64"):
        inner = "arm" if target == "aarch64" else "i386"
        text += f"\ninclude ../{inner}-softmmu/default.mak\n"
    else:
        state = "CONFIG_{}=y\n" if kind == "7.2" else "# CONFIG_{}=n\n"
        text += "\n# Boards\n" + "".join(state.format(board) for board in boards)
    made = {f"configs/devices/{target}-softmmu/default.mak": text}
    if kind == "10.2":
        made[f"tests/functional/{target}/meson.build"] = _tests(target)
    return made


def _tests(target: str) -> str:
    quick = f"tests_{target}_system_quick = [\n  'migration',\n]\n\n"
    return f"{quick}tests_{target}_system_thorough = [\n  'tuxrun',\n]\n\n"


def write(root: Path, texts: Mapping[str, str], *, git: bool = True) -> Path:
    """A tree with ``texts`` in ``root``, committed."""
    for path, text in texts.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    if git:
        run(root, "init", "-q")
        run(root, "config", "user.name", "Ada Board")
        run(root, "config", "user.email", "ada@example.org")
        save(root)
    return root


def save(root: Path) -> None:
    """Commit all that there is."""
    run(root, "add", "-A")
    run(root, "commit", "-q", "-m", "A state of the tree")


def run(root: Path, *argv: str) -> str:
    """Run git in ``root``; what it printed."""
    done = subprocess.run(
        ["git", "-C", root, *argv], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def snapshot(root: Path) -> dict[str, tuple[bytes, int]]:
    """The bytes and the mode of every file, but git's own."""
    return {
        path.relative_to(root).as_posix(): (path.read_bytes(), path.stat().st_mode)
        for path in sorted(root.rglob("*"))
        if path.is_file() and ".git" not in path.relative_to(root).parts
    }
