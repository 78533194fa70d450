"""fw_cfg: items that the device can hold, each once, with values that fit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product

from qgen.board import RAM, Chosen, FwCfg, FwCfgFile, FwCfgItem, Region
from qgen.diagnostics import Code, did_you_mean, quoted
from qgen.expr import Expr, Name, Sym, evaluate, parse, variables
from qgen.lower.choices import lower_chosen
from qgen.lower.ends import Ends
from qgen.lower.scope import Scope, fixed
from qgen.source import Path
from qgen.spec import model
from qgen.spec.model import Spec
from qgen.spec.values import ChosenText

PATH: Path = ("fw_cfg",)
TYPE = "fw_cfg"
"""The abstract type that all firmware configuration devices derive from."""
KINDS = ("i16", "i32", "i64", "string")
RUN_TIME = (
    "cpus",
    "max_cpus",
    "ram_size",
    "graphic_width",
    "graphic_height",
    "graphic_depth",
    "kvm",
)
"""What values may be computed from."""
LOCAL = 0x8000
"""The bit of the keys whose meaning the architecture decides."""
ITEMS = 0x20
"""How many keys items have; those behind them are of files."""
E820 = "etc/e820"
"""The file by which firmware learns where RAM lies."""
LONGEST_FILE = 55
"""How long the name of a file may be (FW_CFG_MAX_FILE_PATH)."""

_KEYS = """
SIGNATURE ID UUID RAM_SIZE NOGRAPHIC NB_CPUS MACHINE_ID KERNEL_ADDR KERNEL_SIZE
KERNEL_CMDLINE INITRD_ADDR INITRD_SIZE BOOT_DEVICE NUMA BOOT_MENU MAX_CPUS KERNEL_ENTRY
KERNEL_DATA INITRD_DATA CMDLINE_ADDR CMDLINE_SIZE CMDLINE_DATA SETUP_ADDR SETUP_SIZE
SETUP_DATA FILE_DIR
"""
_PPC_KEYS = """
WIDTH HEIGHT DEPTH TBFREQ CLOCKFREQ IS_KVM KVM_HC KVM_PID NVRAM_ADDR BUSFREQ NVRAM_FLAT
VIACONFIG
"""
_GENERAL = {f"FW_CFG_{name}": key for key, name in enumerate(_KEYS.split())}
_OF_ARCH = {
    "ppc": {f"FW_CFG_PPC_{n}": LOCAL + key for key, n in enumerate(_PPC_KEYS.split())}
}
_TAKEN = ("SIGNATURE", "ID", "UUID", "NOGRAPHIC", "BOOT_MENU", "FILE_DIR")
"""The items that the device makes itself."""


def lower_fw_cfg(
    spec: Spec, ends: Ends, regions: Sequence[Region], scope: Scope
) -> FwCfg | None:
    """The items and files of the board's firmware configuration."""
    written = spec.fw_cfg
    if written is None:
        return None
    _judge_device(written.device, ends, scope)
    items = tuple(_Items(spec, scope).lower(written.items))
    for name in written.files:
        if len(name) > LONGEST_FILE:
            message = f"the name of a file has at most {LONGEST_FILE} characters"
            scope.error(Code.Q0203, message, (*PATH, "files", name), key=True)
    files = tuple(
        FwCfgFile(name, file, (*PATH, "files", name))
        for name, file in written.files.items()
    )
    e820 = _e820(spec, written, regions, scope) if written.e820 else ()
    return FwCfg(written.device, items, files, e820)


def _e820(
    spec: Spec, written: model.FwCfg, regions: Sequence[Region], scope: Scope
) -> tuple[str, ...]:
    """The regions that map the RAM of -m."""
    path = (*PATH, "e820")
    if spec.arch != "x86_64":
        message = (
            f"only the firmware of x86 asks for this map, not that of {spec.arch!r}"
        )
        scope.error(Code.Q0214, message, path, "leave it out", key=True)
        return ()
    if E820 in written.files:
        message = "'e820: true' is this file"
        here = (*PATH, "files", E820)
        scope.error(Code.Q0202, message, here, "leave out one of the two", key=True)
    names = tuple(
        region.name
        for region in regions
        if region.origin[0] == RAM and region.mapping is not None
    )
    if not names and not scope.broken("ram"):
        message = "the RAM of -m is not mapped: there is nothing to list"
        help_ = "add ram: {at: ADDRESS}, or ram: {split: ...}"
        scope.error(Code.Q0214, message, path, help_, key=True)
    return names


def _judge_device(name: str, ends: Ends, scope: Scope) -> None:
    path = (*PATH, "device")
    device, known = ends.devices.get(name), ends.types.get(name)
    if device is None or known is None:
        if name in ends.failed:
            return
        fitting = [n for n, t in ends.types.items() if TYPE in t.ancestors]
        scope.error(
            Code.Q0201,
            f"there is no device {quoted(name)}",
            path,
            lambda: did_you_mean(name, fitting)
            or "add one under 'devices:': fw-cfg: {type: fw_cfg_mem, ...}",
        )
    elif TYPE not in known.ancestors:
        message = f"{known.name!r} is no firmware configuration device"
        scope.error(Code.Q0214, message, path, "fw_cfg_mem is one")
    elif device.when is not None and name not in scope.alternatives:
        message = f"{name!r} is not always there, to hold the items"
        scope.error(Code.Q0214, message, path, "leave out its 'when:'")
    elif device.count is not None:
        message = f"there are several {name!r}, and a machine has one"
        scope.error(Code.Q0214, message, path, "leave out its 'count:'")


class _Items:
    """Lowers the items of one board."""

    def __init__(self, spec: Spec, scope: Scope):
        self.spec, self.scope = spec, scope
        self.keys = _GENERAL | _OF_ARCH.get(spec.arch, {})
        self.taken: dict[int, str] = {}

    def lower(self, items: Mapping[str, model.FwCfgItem]) -> Iterator[FwCfgItem]:
        """The items, in the order of the spec."""
        for written, item in items.items():
            path: Path = (*PATH, "items", written)
            key = self.key(written, path)
            given = [kind for kind in KINDS if getattr(item, kind) is not None]
            if len(given) != 1:
                message = "an item has one value: 'i16', 'i32', 'i64' or 'string'"
                help_ = f"write {written}: {{i32: 1}}"
                self.scope.error(Code.Q0102, message, path, help_, key=True)
                continue
            value = self.value(getattr(item, given[0]), given[0], (*path, given[0]))
            if key is not None and value is not None:
                yield FwCfgItem(key, given[0], value, path)

    def key(self, written: str, path: Path) -> Expr | None:
        """The key, by a name of QEMU's or of the board's, or as a number."""
        parsed = parse(written)
        expr: Expr | None
        if isinstance(parsed, Name) and parsed.name in self.keys:
            expr = Sym(parsed.name, self.keys[parsed.name])
        elif isinstance(parsed, Name) and parsed.name not in self.spec.constants:
            self._unknown(parsed.name, path)
            return None
        else:
            expr = self.scope.resolve(parsed, path)
        return expr if expr is not None and self._is_free(expr, written, path) else None

    def _unknown(self, name: str, path: Path) -> None:
        def near() -> str | None:
            near = did_you_mean(name, [*self.keys, *self.spec.constants])
            return near or "declare it under 'constants:', or write a number"

        for arch, keys in _OF_ARCH.items():
            if name in keys:
                message = f"{name} is a key of {arch!r} alone"
                help_ = "write the number that this board's firmware knows"
                self.scope.error(Code.Q0214, message, path, help_, key=True)
                return
        message = f"QEMU has no fw_cfg key {quoted(name)}"
        self.scope.error(Code.Q0201, message, path, near, key=True)

    def _is_free(self, expr: Expr, written: str, path: Path) -> bool:
        key = evaluate(expr)
        message, help_ = "", ""
        own = {self.keys[f"FW_CFG_{name}"]: f"FW_CFG_{name}" for name in _TAKEN}
        if key & ~LOCAL >= ITEMS:
            message = f"{key:#x} is not the key of an item"
            help_ = f"below {ITEMS:#x}, or {LOCAL:#x} and more for the architecture's"
        elif key in own:
            message = f"the device has the item {own[key]} itself"
            help_ = "leave it out"
        elif key in self.taken:
            message = f"{written} and {self.taken[key]} are both {key:#x}"
            help_ = "fw_cfg has one item of a key"
        self.taken.setdefault(key, written)
        if message:
            code = Code.Q0202 if key & ~LOCAL < ITEMS else Code.Q0203
            self.scope.error(code, message, path, help_, key=True)
        return not message

    def value(
        self, written: Expr | ChosenText | str, kind: str, path: Path
    ) -> Expr | Chosen | str | None:
        """A value that its kind holds, whatever the command line says."""
        if isinstance(written, str):
            return written
        if isinstance(written, ChosenText):
            here, limits = (*path, "property"), (0, (1 << int(kind[1:])) - 1)
            return lower_chosen(written.name, kind, limits, here, self.scope)
        expr = self.scope.resolve(written, path, run_time=RUN_TIME)
        if expr is None:
            return None
        bits = int(kind[1:])
        values = list(self._values(expr))
        low, high = min(values), max(values)
        if low >= 0 and not high >> bits:
            return expr
        shown = f"{low}" if low < 0 else f"{high:#x}"
        may = "may be" if variables(expr) else "is"
        message = f"the value {may} {shown}: {kind!r} holds 0 to {(1 << bits) - 1:#x}"
        help_ = None
        if "ram_size" in variables(expr) and bits < 64:
            help_ = "limit the RAM by 'max', or write i64"
        self.scope.error(Code.Q0203, message, path, help_)
        return None

    def _values(self, expr: Expr) -> Iterator[int]:
        """The values at the ends of what each run-time value can be."""
        cpus, ram = self.spec.cpus, self.spec.ram
        most = None
        if ram is not None and ram.max is not None:
            most = fixed(self.scope.resolve(ram.max, ("ram", "max")))
        ends = dict.fromkeys(RUN_TIME, (0, 0xFFFF))
        ends |= {"cpus": (cpus.min or 1, cpus.max or 1), "kvm": (0, 1)}
        ends |= {"max_cpus": ends["cpus"]}
        ends["ram_size"] = (0, (1 << 63) - 1 if most is None else most)
        names = sorted(variables(expr))
        for values in product(*(ends[name] for name in names)):
            yield evaluate(expr, dict(zip(names, values, strict=True)))
