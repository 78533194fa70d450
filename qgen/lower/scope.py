"""The names that expressions of one spec may use, and the findings of lowering."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from qgen.board import Arch, Constant, MachineProperty, MapEntry, Soc
from qgen.diagnostics import (
    MAX_FINDINGS,
    Code,
    Finding,
    Help,
    Severity,
    did_you_mean,
    quoted,
)
from qgen.expr import (
    Bin,
    Entry,
    Expr,
    Num,
    Sym,
    Var,
    evaluate,
    fault,
    resolve,
    variables,
    walk,
)
from qgen.source import Path
from qgen.spec.model import Composite, Device

MAX_COUNT = 1 << 16
"""How often a device may be repeated, and how many devices a board may have."""

RUN_TIME = {
    "cpus": "it is the number of CPUs (-smp), which only QEMU knows",
    "cpu": "it is the number of a CPU: add 'for: cpu' to a wire",
    "line": "it is the number of a line: give the wire 'lines: COUNT'",
    "n": "it is the number of a repeated device: give the device a 'count:'",
    "ram_size": "it is the size of RAM (-m), which only QEMU knows",
    "max_cpus": "it is the limit of CPUs (-smp), which only QEMU knows",
    "graphic_width": "it is that of -g, which only fw_cfg items can use",
    "graphic_height": "it is that of -g, which only fw_cfg items can use",
    "graphic_depth": "it is that of -g, which only fw_cfg items can use",
    "kvm": "it says if KVM is used, which only fw_cfg items can use",
}


class Scope:
    """Constants and memory map entries by name, and what is wrong so far.
    ``choices`` are the properties of the machine.

    ``socs`` are the SoCs that devices may be, ``failed_types`` those that came to
    nothing, ``inner_types`` those that only the SoCs know,
    ``own_type`` the type that is described, if it is a SoC. ``prefix`` leads to the
    spec in its file. ``alternatives`` are the devices of which this is one way to be,
    ``places`` where their keys stand, ``absent`` the devices that are not there then.
    """

    def __init__(
        self,
        spec: Composite,
        arch: Arch,
        socs: Sequence[Soc] = (),
        prefix: Path = (),
    ):
        self.arch = arch
        self.socs = {soc.name: soc for soc in socs}
        self.own_type: str | None = None
        self.failed_types: set[str] = set()
        self.inner_types = set(_inner(socs)) - self.socs.keys()
        self.findings: list[Finding] = []
        self._prefix = prefix
        self.constants: dict[str, Constant] = {}
        self.entries: dict[str, MapEntry] = {}
        self.choices: dict[str, MachineProperty] = {}
        self._spec = spec
        self.alternatives: frozenset[str] = frozenset()
        self.absent: frozenset[str] = frozenset()
        self.places: Mapping[str, Mapping[Path, Path]] = {}
        self._failed: set[str] = set()
        self._broken: set[Path] = set()
        self._constants()
        self._entries()

    def take(self, inner: Scope, path: Path) -> None:
        """Take over the findings of a part of the spec that was judged by itself."""
        self.findings += inner.findings
        self._broken.update((*path, *each) for each in inner._broken)
        if inner.failed:
            self._broken.update(path[:i] for i in range(len(path) + 1))

    def join(self, ways: Sequence[Scope]) -> None:
        """Take over what is wrong in one of several ways to be, and warnings of all."""
        warned = [{_key(f) for f in way.findings} for way in ways]
        taken: set[object] = set()
        for way in ways:
            self._broken |= way._broken
            for found in way.findings:
                once = found.severity is Severity.ERROR or all(
                    _key(found) in each for each in warned
                )
                if once and _key(found) not in taken:
                    taken.add(_key(found))
                    self.findings.append(found)

    def error(
        self,
        code: Code,
        message: str,
        path: Path,
        help: Help = None,
        *,
        key: bool = False,
        word: str | None = None,
    ) -> None:
        """Note an error at ``path``."""
        if len(self.findings) < MAX_FINDINGS:
            here = (*self._prefix, *self._place(path))
            self.findings.append(Finding(code, message, here, help, key, word=word))
        self._broken.update(path[: i + 1] for i in range(len(path)))

    def warning(
        self,
        code: Code,
        message: str,
        path: Path,
        help: Help = None,
        *,
        key: bool = True,
    ) -> None:
        """Note a warning about the part of the spec at ``path``."""
        here = (*self._prefix, *self._place(path))
        finding = Finding(code, message, here, help, key, severity=Severity.WARNING)
        if len(self.findings) < MAX_FINDINGS:
            self.findings.append(finding)

    def written(self, device: str) -> Device:
        """The device as the spec has it."""
        return self._spec.devices[device]

    def _place(self, path: Path) -> Path:
        """Where in the whole spec the part stands that this one has at ``path``."""
        places = self.places.get(str(path[1]), {}) if path[:1] == ("devices",) else {}
        for end in range(len(path), 1, -1):
            # All below an alternative's key is its own; the rest is what all share.
            if path[:end] in places and (end > 2 or len(path) == 2):
                return (*places[path[:end]], *path[end:])
        return path

    def is_absent(self, device: str, path: Path) -> bool:
        """Whether the device is not there now: a finding of the one that refers to it."""
        if device in self.absent and path[:1] == ("devices",):
            self.error(
                Code.Q0214,
                f"{path[1]!r} cannot do without {device!r}, which is not always there "
                "when it is",
                path,
                f"write the 'when:' of {device!r} here too",
            )
        return device in self.absent

    @property
    def failed(self) -> bool:
        """Whether there is an error already."""
        return bool(self._broken)

    def broken(self, *path: str | int) -> bool:
        """Whether there is an error at ``path`` or below it."""
        return path in self._broken

    def _constants(self) -> None:
        for name, constant in self._spec.constants.items():
            path: Path = ("constants", name)
            value_path = (*path, "value")
            expr = self.resolve(constant.value, value_path)
            value = None if expr is None else self.number(expr, value_path)
            if expr is None or value is None:
                self._failed.add(name)
                continue
            self.constants[name] = Constant(
                name, expr, value, constant.header, constant.comment, path
            )

    def _entries(self) -> None:
        for name, entry in self._spec.map.items():
            path: Path = ("map", name)
            base = self.resolve(entry.base, (*path, "base"))
            size = self.resolve(entry.size, (*path, "size"))
            count, ok = None, base is not None and size is not None
            if entry.count is not None:
                count = self.resolve(entry.count, (*path, "count"))
                if count is None or self.count(count, (*path, "count")) is None:
                    ok = False
            if base is not None and self.number(base, (*path, "base")) is None:
                ok = False
            if size is not None and self.number(size, (*path, "size"), low=1) is None:
                ok = False
            if not ok or base is None or size is None:
                self._failed.add(name)
                continue
            self.entries[name] = MapEntry(name, base, size, count, entry.comment, path)

    def resolve(
        self,
        expr: Expr,
        path: Path,
        *,
        field: str | None = None,
        run_time: Collection[str] = (),
    ) -> Expr | None:
        """``expr`` with its names resolved; None, and a finding, if one is unknown.

        ``field`` says what a memory map entry stands for here: its ``base`` or its
        ``size``. ``run_time`` are the run-time values allowed here. There is no finding
        for a name whose own value is wrong.
        """
        resolved, missing = self._looked_up(expr, field, run_time)
        for name in missing:
            if name not in self._failed:
                self._unknown(name, path, field, run_time)
        if missing:
            return None
        wrong = fault(resolved)
        if wrong is None:
            return resolved
        self.error(Code.Q0106, wrong[0], path, wrong[1])
        return None

    def known(
        self, expr: Expr, *, field: str | None = None, run_time: Collection[str] = ()
    ) -> Expr | None:
        """As `resolve`, without findings: for what is judged in another place."""
        resolved, missing = self._looked_up(expr, field, run_time)
        return None if missing or fault(resolved) is not None else resolved

    def _looked_up(
        self, expr: Expr, field: str | None, run_time: Collection[str]
    ) -> tuple[Expr, list[str]]:
        """``expr`` with its names resolved, and those that are unknown."""
        missing: list[str] = []

        def lookup(name: str) -> Expr:
            if name in run_time:
                return Var(name)
            if name in self.constants:
                return Sym(name, self.constants[name].value)
            if field is not None and name in self.entries:
                entry = self.entries[name]
                value = evaluate(entry.base if field == "base" else entry.size)
                return Entry(name, field, value)
            missing.append(name)
            return Num(0)

        return resolve(expr, lookup), missing

    def _unknown(
        self, name: str, path: Path, field: str | None, run_time: Collection[str]
    ) -> None:
        message, help_ = f"unknown name {quoted(name)}", ""
        if name in RUN_TIME:
            message, help_ = f"{name!r} is not known here", RUN_TIME[name]
            if name == "cpu" and path[:1] == ("device_tree",):
                help_ = help_.replace("a wire", "the node")
            if name == "n" and "at" in path[-3:]:
                help_ = (
                    "of a repeated device, 'at' is the first: the others lie behind it"
                )
        elif name in self._spec.constants:
            message = f"{quoted(name)} is declared only later"
            help_ = "write it above the constants that use it"
            if path[:2] == ("constants", name):
                message = f"{quoted(name)} is defined by itself"
                help_ = "write a number"
        elif name in self._spec.map:
            message = f"{quoted(name)} is an entry of the memory map, not a number"
            help_ = "write the number, or make a constant of it"

        def near() -> str | None:
            known = [*self.constants, *run_time, *(self.entries if field else ())]
            near = did_you_mean(name, known)
            return near or "declare it under 'constants:', or write a number"

        self.error(Code.Q0201, message, path, help_ or near, word=name)

    def number(
        self, expr: Expr, path: Path, *, low: int = 0, high: int = (1 << 64) - 1
    ) -> int | None:
        """The value of an expression that needs no run-time value, within limits."""
        value = evaluate(expr)
        if low <= value <= high:
            return value
        limit = f"at least {low}" if value < low else f"at most {_like(expr, high)}"
        message = f"the value is {_like(expr, value)}: it must be {limit}"
        if low == 0 and value < 0:
            message = f"the value is {_like(expr, value)}: it cannot be negative"
        if abs(value) >> 64:
            message = "the value needs more than 64 bits"
        self.error(Code.Q0203, message, path)
        return None

    def count(self, expr: Expr, path: Path) -> int | None:
        """The value of a repetition count."""
        return self.number(expr, path, low=1, high=MAX_COUNT)


def _key(finding: Finding) -> tuple[object, ...]:
    return finding.code, finding.message, finding.path


def _inner(socs: Iterable[Soc]) -> Iterator[str]:
    """The types of SoCs inside SoCs."""
    for soc in socs:
        for each in soc.socs:
            yield each.name
            yield from _inner([each])


def _like(expr: Expr, value: int) -> str:
    """``value`` in hexadecimal if ``expr`` is written so, else in decimal."""
    for part in walk(expr):
        digits = part.digits or "" if isinstance(part, Num) else ""
        if value and (isinstance(part, Entry) or digits[:2] in ("0x", "0X")):
            return f"{value:#x}"
    return str(value)


def is_repeated(spec: Composite, device: str) -> bool:
    """Whether there are several of a device; one that the base makes is one."""
    return device in spec.devices and spec.devices[device].count is not None


def scaled(base: Expr, index: Expr, stride: Expr) -> Expr:
    """``base + index * stride``."""
    return Bin("+", base, Bin("*", index, stride))


def fixed(expr: Expr | None) -> int | None:
    """The value of an expression that needs no run-time value; None for one that does."""
    return None if expr is None or variables(expr) else evaluate(expr)
