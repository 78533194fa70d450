"""What every part of one type's C shares: its names, its headers and its state."""

from __future__ import annotations

from qgen.arch import ARCHES
from qgen.bases import MACHINE
from qgen.board import (
    CPUS,
    ArmBoot,
    Board,
    BusEnd,
    Composite,
    Device,
    Kind,
    RiscvBoot,
    Soc,
)
from qgen.catalogue import Catalogue
from qgen.condition import Condition
from qgen.cunit import Field, Function
from qgen.emit.cexpr import Spelling, spell, uses_units
from qgen.emit.headers import header
from qgen.emit.references import (
    Driver,
    alternatives,
    driven,
    incoming_wires,
    shared_devices,
)
from qgen.expr import Expr, evaluate
from qgen.frozen import frozen
from qgen.names import camel_case, identifier, string_literal, type_names, upper_case
from qgen.nics import asked_again
from qgen.targets import Feature, Target

GRAPHICS = ("graphic_width", "graphic_height", "graphic_depth")


@frozen
class UnitPart:
    """A function that makes a part of the board, and when there is such a part."""

    function: Function
    when: Condition | None


class UnitBuilder:
    """What every part of one type's C shares.

    ``base`` is what the machine derives from. ``parts`` are the functions that the one
    named ``devices_in`` calls, which is the machine's init function or what the base
    has in place of it. ``headers`` are for the C, ``public`` those that the struct needs
    where it is declared. ``embedded`` are the devices that lie in the struct, with their
    own. ``alternatives`` are devices of which one is there at a time, by their name.
    """

    def __init__(self, board: Composite, target: Target, catalogue: Catalogue):
        self.board, self.target, self.catalogue = board, target, catalogue
        self.base = board.parent.base if isinstance(board, Board) else MACHINE
        self.prefix = identifier(board.name)
        self.headers: set[str] = set()
        self.public: set[str] = set()
        self.socs = {soc.name: soc for soc in board.socs}
        self.embedded = self._embedded()
        self.fields: list[Field] = []
        self.functions: list[Function] = []
        self.parts: list[UnitPart] = []
        self.devices_in: str | None = None
        self.shared = shared_devices(board, target)
        by_type = target.has(Feature.NICS_BY_TYPE)
        self.nics_asked_again = (
            asked_again(board, self._has_nic_inside) if by_type else []
        )
        self.used_buses = {
            bus.name
            for device in board.devices
            for bus in (device.bus, *(device.call.arguments if device.call else ()))
            if isinstance(bus, BusEnd) and bus.owner is None
        }
        self.spelling = Spelling(f"{self.prefix}_memmap", self.prefix, {})
        self.devices = {d.name: d for d in board.devices}
        self.places = {CPUS: -1} | {d.name: i for i, d in enumerate(board.devices)}
        self.alternatives = alternatives(board.devices)
        wires = driven(board)
        self.incoming = incoming_wires((d, w) for d, w in wires if not w.per_cpu)
        self.incoming_per_cpu = incoming_wires(
            [(Driver(CPUS), w) for w in board.cpu_wires]
            + [(d, w) for d, w in wires if w.per_cpu]
        )

    def _has_nic_inside(self, device: Device) -> bool:
        """Whether QEMU makes a NIC inside a device: its C may take one of -nic."""
        types, seen = [device.type], set[str]()
        while types:
            known = self.catalogue.find(types.pop())
            if known is None or known.name in seen:
                continue
            if seen and known.property("netdev") is not None:
                return True
            seen.add(known.name)
            types += [type_ for _, type_ in known.children + known.realized_children]
        return False

    @property
    def is_soc(self) -> bool:
        """Whether the type is a SoC: it may come to nothing, and says so."""
        return isinstance(self.board, Soc)

    @property
    def struct(self) -> str:
        """The name of the state struct."""
        if self.is_soc:
            return type_names(self.board.name).struct
        return f"{camel_case(self.board.name)}MachineState"

    @property
    def state_param(self) -> str:
        """The parameter of a function that takes the state."""
        return f"{self.struct} *s"

    @property
    def base_param(self) -> str:
        """The parameter of a function that takes the machine as its base's struct."""
        return f"{self.base.struct} *{self.base.handle}"

    @property
    def macro(self) -> str:
        """The cast macro of the type."""
        if self.is_soc:
            return type_names(self.board.name).macro
        return f"{upper_case(self.board.name)}_MACHINE"

    def header(self, symbol: str) -> str:
        """What declares ``symbol``."""
        return header(symbol, self.target)

    def use(self, *symbols: str) -> None:
        """Include what declares ``symbols``."""
        self.headers |= {self.header(symbol) for symbol in symbols}

    def field(self, declaration: str, *symbols: str) -> None:
        """Add a field to the state struct; ``symbols`` are what it is made of."""
        if Field(declaration) not in self.fields:  # alternatives may share one
            self.fields.append(Field(declaration))
        self.public |= {header(symbol, self.target) for symbol in symbols}

    def _use_soc(self, soc: Soc) -> None:
        if not soc.inline:
            self.headers.add(soc_header(soc))

    def _embedded(self) -> dict[str, str]:
        """The devices that lie in the state, with their structs."""
        found = {}
        for device in self.board.devices:
            on_pci = device.bus is not None and device.bus.is_pci
            # What may not be there, and what hooks use, the state has a pointer to.
            pointed = device.when is not None or device.name in self.board.kept
            if device.child is None or pointed or on_pci or device.made:
                continue
            soc, known = self.socs.get(device.type), self.catalogue.find(device.type)
            if soc is not None:
                found[device.name] = str(type_names(soc.name).struct)
            elif known is not None and known.struct and known.header:
                found[device.name] = known.struct
        return found

    def embed(self, device: Device) -> None:
        """Add the field that holds ``device`` itself."""
        soc, known = self.socs.get(device.type), self.catalogue.find(device.type)
        if soc is not None and not soc.inline:
            self.public.add(soc_header(soc))
        elif known is not None and known.header is not None:
            self.public.add(known.header)
        name, struct = identifier(device.name), self.embedded[device.name]
        self.fields.append(Field(f"{struct} {name}{self.elements(device)}"))

    def elements(self, device: Device) -> str:
        """``[32]`` where there are several."""
        if device.count is None:
            return ""
        if self.is_soc:  # no header of others has our constants
            return f"[{evaluate(device.count)}]"
        return f"[{self.spell(device.count)}]"

    def spell(self, expr: Expr, count: int = 1, **names: str) -> str:
        """``expr`` in C; ``names`` are those of the run-time values.

        ``count``: how many devices there are where ``n`` numbers them.
        """
        cpus = self.board.most_cpus
        tops = {"cpus": cpus, "cpu": cpus - 1, "n": count - 1, "ram_size": 1 << 63}
        tops["line"] = 0xFFFF
        tops |= {"max_cpus": cpus, "kvm": 1, **dict.fromkeys(GRAPHICS, 0xFFFF)}
        text = spell(
            expr, Spelling(self.spelling.table, self.spelling.prefix, names, tops)
        )
        if uses_units(text):
            self.use("units")
        return text

    def type_name(self, type_: str) -> str:
        """A type's macro where a header has one, else its name."""
        if type_ in self.socs:
            self._use_soc(self.socs[type_])
            return f"TYPE_{type_names(type_).macro}"
        known = self.catalogue.find(type_)
        if known is None or known.macro is None or known.header is None:
            return string_literal(type_)
        self.headers.add(known.header)
        return known.macro

    def is_one_line(self, device: Device) -> bool:
        """Whether input lines are one, which C holds as such and not as a list."""
        return device.call is not None and device.call.returns == "qemu_irq"

    def refers_to(self, device: Device) -> bool:
        """Whether C refers to a device after it was created."""
        wired = (self.incoming, self.incoming_per_cpu)
        kept = bool(device.wires) or device.name in self.shared
        return kept or any(device.name in incoming for incoming in wired)

    def needs_state(self) -> bool:
        """Whether the machine has a state struct of its own."""
        return (
            self.is_soc
            or bool(self.embedded or self.nics_asked_again)
            or any(m.window is not None for d in self.board.devices for m in d.mmio)
            or any(r.kind is not Kind.MACHINE_RAM for r in self.board.regions)
            or bool(self.board.clocks or self.shared or self.used_buses)
            or (
                isinstance(self.board, Board)
                and (
                    bool(self.board.properties)
                    or isinstance(self.board.boot, ArmBoot)
                    or self._keeps_boot_info()
                )
            )
        )

    def _keeps_boot_info(self) -> bool:
        """Whether a RISC-V machine keeps what its kernel is loaded from."""
        boots = isinstance(self.board, Board) and isinstance(self.board.boot, RiscvBoot)
        return boots and self.target.has(Feature.RISCV_BOOT_INFO)


def soc_header(soc: Soc) -> str:
    """The header that declares a SoC, as QEMU's C includes it."""
    folder = ARCHES[soc.arch].hw_dir
    return soc.header or f"hw/{folder}/{type_names(soc.name).prefix}.h"
