"""What the board tells the firmware and the kernel, and how it boots."""

from __future__ import annotations

from qgen import board as model
from qgen.board import SYSTEM, Board
from qgen.check.expected_core import Expectation
from qgen.check.facts import (
    THE_TREE,
    BootCall,
    FwCfgItem,
    Load,
    Number,
    Range,
    names_of,
)
from qgen.check.hooks import ARM_HOOKS
from qgen.check.machine import machine_value
from qgen.check.vocabulary import GRAPHICS, RiscvLoad
from qgen.condition import Option
from qgen.devicetree import FlatNode, OfCommandLine
from qgen.expr import evaluate
from qgen.targets import Feature

_CONDUITS = {"smc": 1, "hvc": 2}
_RAM = 1
"""What is RAM in an E820 map."""


class Boot(Expectation):
    """The fw_cfg items, the facts of an x86 machine and the boot loader."""

    def _fw_cfg(self, fw_cfg: model.FwCfg) -> None:
        (owner,) = self.devices[fw_cfg.device]
        items = self.result.fw_cfg
        env = {
            "max_cpus": self.scenario.max_cpus,
            "kvm": int(Option.KVM in self.scenario.given.options),
            **GRAPHICS,
        }
        for item in fw_cfg.items:
            made: int | str
            match item.value:
                case str(text):
                    made = text
                case model.Chosen(name):
                    chosen = str(dict(self.scenario.given.properties)[name])
                    made = self._value(self.numbers[name][chosen])
                case number:
                    made = self._value(number, **env)
            items.append(FwCfgItem(owner, evaluate(item.key), item.kind, made))
        if fw_cfg.e820:
            ram = [r for r in self.board.regions if r.name in fw_cfg.e820]
            self.result.e820 = [self._range(r) for r in ram if r.name in self.regions]
            items.append(FwCfgItem(owner, "etc/e820", "e820", "the map"))
        for file in fw_cfg.files:
            if self.scenario.found:
                items.append(FwCfgItem(owner, file.name, "file", file.file))
            else:
                self.result.loads.append(Load(file.file, "not found", {}))

    def _range(self, region: model.Region) -> Range:
        """What firmware learns of a region of RAM."""
        assert region.mapping is not None
        base = self._value(region.mapping.offset)
        return Range(base, self._value(region.size), _RAM)

    def _x86(self, board: Board) -> None:
        """An x86 machine tells the rest of QEMU how its RAM is split."""
        ram = board.ram
        if not board.parent.is_x86 or ram is None or ram.split is None:
            return
        size, split = self.scenario.ram_size, self._value(ram.split)
        below, names = min(size, split), names_of(split)
        self.result.x86 |= {
            "below_4g_mem_size": Number(below, names),
            "above_4g_mem_size": Number(size - below, names),
        }
        above = next((r for r in board.regions if r.above is not None), None)
        if above is not None and above.mapping is not None:
            start = self._value(above.mapping.offset)
            self.result.x86["above_4g_mem_start"] = start

    def _boot(self, board: Board) -> BootCall | None:
        match board.boot:
            case model.ArmBoot(start, psci, board_id, _, more, firmware):
                arguments: dict[str, object] = {
                    "cpu": "CPU 0",
                    "ram_size": self.scenario.ram_size,
                    "loader_start": self._value(start),
                }
                if board_id is not None:
                    arguments["board_id"] = board_id
                if psci is not None:
                    arguments["psci_conduit"] = _CONDUITS[psci]
                if board.device_tree is not None:
                    arguments["get_dtb"] = THE_TREE
                for name, value in more:
                    arguments[name] = (
                        value if isinstance(value, bool) else self._value(value)
                    )
                if any(map(self.scenario.holds, firmware)):
                    arguments["firmware_loaded"] = True
                for point, name in ARM_HOOKS.items():
                    hook = board.hook(point)
                    if hook is not None:
                        arguments[name] = f"{hook}()"
                return BootCall("arm_load_kernel", arguments)
            case model.Armv7mBoot(base, size):
                kernel = machine_value("kernel_filename", self.scenario)
                return BootCall(
                    "armv7m_load_kernel",
                    {
                        "cpu": "CPU 0",
                        "kernel": kernel,
                        "base": self._value(base),
                        "size": self._value(size),
                    },
                )
            case model.RiscvBoot() as riscv:
                arguments = self._riscv(riscv)
                return BootCall("riscv_load_kernel", arguments) if arguments else None
            case model.X86BiosBoot(firmware, writable):
                return BootCall(
                    "x86_bios_rom_init",
                    {"firmware": firmware, "memory": SYSTEM, "writable": writable},
                )
        return None

    def _initrd(self, entry: int) -> dict[str, object]:
        """What the function is told that loads -initrd alone."""
        initrd = machine_value("initrd_filename", self.scenario)
        if initrd is None:
            return {}
        ram = self.scenario.ram_size
        return {"initrd": initrd, "initrd_ram": ram, "initrd_behind": entry}

    def _chosen(self, board: Board, nodes: list[FlatNode]) -> None:
        """What the board puts into its tree where RISC-V's loader does not."""
        boot, tree = board.boot, board.device_tree
        whole = self.target.has(Feature.RISCV_KERNEL_OF_MACHINE)
        kernel = machine_value("kernel_filename", self.scenario)
        if not isinstance(boot, model.RiscvBoot) or whole or kernel is None:
            return
        assert tree is not None
        chosen = next(node for node in nodes if node.path == "/chosen")
        if not tree.has_bootargs:
            chosen.properties["bootargs"] = (OfCommandLine(),)
        if boot.initrd and machine_value("initrd_filename", self.scenario) is not None:
            start, end = RiscvLoad.INITRD, RiscvLoad.INITRD + RiscvLoad.SIZE
            for name, value in ("start", start), ("end", end):
                what = value.to_bytes(8, "big")
                chosen.properties[f"linux,initrd-{name}"] = (what,)

    def _riscv(self, boot: model.RiscvBoot) -> dict[str, object]:
        """All that RISC-V's loader is told, and what it finds behind what it loads."""
        found: dict[str, object] = {}
        harts = self._at(boot.harts, {})
        whole = self.target.has(Feature.RISCV_KERNEL_OF_MACHINE)
        first, start, entry = self._value(boot.first), boot.start, 0
        place = None if start is None else self._value(start)
        if boot.firmware is not None:
            found |= {"firmware": boot.firmware.file, "firmware_at": first}
            if boot.firmware.file is None:
                found["firmware"] = RiscvLoad.OPENSBI
                if whole:
                    found["firmware"] = RiscvLoad.FIRMWARE
                    found["firmware_harts"] = harts
            if place is None:
                place = RiscvLoad.behind(first + RiscvLoad.SIZE)
            if self.target.has(Feature.RISCV_FIRMWARE_ENTRY):
                first += RiscvLoad.ENTRY
        kernel = machine_value("kernel_filename", self.scenario)
        if kernel is not None:
            assert place is not None
            found |= {"kernel": kernel, "start": place}
            entry = place + RiscvLoad.ENTRY
            if whole:
                found |= {"harts": harts, "initrd": boot.initrd}
            elif boot.initrd:
                found |= self._initrd(entry)
        if boot.tree is not None:
            names = ("tree_ram", "tree_ram_size")
            found |= zip(names, map(self._value, boot.tree), strict=True)
            found["tree_at"] = RiscvLoad.TREE
        if boot.reset_vector is not None:
            names = ("rom", "rom_size")
            found |= zip(names, map(self._value, boot.reset_vector), strict=True)
            found |= {"reset_harts": harts, "reset_to": first, "reset_entry": entry}
            found["reset_tree"] = 0 if boot.tree is None else RiscvLoad.TREE
        return found
