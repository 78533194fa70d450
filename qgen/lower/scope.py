"""The names that expressions of one spec may use, and the findings of lowering."""

from __future__ import annotations

from collections.abc import Collection

from qgen.board import Constant, MapEntry
from qgen.diagnostics import Code, Finding, Severity, did_you_mean
from qgen.expr import (
    Bin,
    Entry,
    Expr,
    Num,
    Sym,
    Var,
    evaluate,
    resolve,
    variables,
)
from qgen.source import Path
from qgen.spec.model import Spec

RUN_TIME = {
    "cpus": "the number of CPUs (-smp)",
    "cpu": "the number of a CPU, in a wire with 'for: cpu'",
    "n": "the number of a repeated device",
    "ram_size": "the size of RAM (-m)",
}


class Scope:
    """Constants and memory map entries by name, and what is wrong so far."""

    def __init__(self, spec: Spec):
        self.findings: list[Finding] = []
        self.constants: dict[str, Constant] = {}
        self.entries: dict[str, MapEntry] = {}
        self._constants(spec)
        self._entries(spec)

    def error(
        self,
        code: Code,
        message: str,
        path: Path,
        help: str | None = None,
        *,
        key: bool = False,
    ) -> None:
        """Note an error at ``path``."""
        self.findings.append(Finding(code, message, path, help, key))

    def warning(
        self, code: Code, message: str, path: Path, help: str | None = None
    ) -> None:
        """Note a warning at ``path``."""
        self.findings.append(
            Finding(code, message, path, help, severity=Severity.WARNING)
        )

    def _constants(self, spec: Spec) -> None:
        for name, constant in spec.constants.items():
            path: Path = ("constants", name)
            value_path = (*path, "value")
            expr = self.resolve(constant.value, value_path)
            if expr is None:
                continue
            value = self.number(expr, value_path)
            if value is not None:
                self.constants[name] = Constant(
                    name, expr, value, constant.header, constant.comment, path
                )

    def _entries(self, spec: Spec) -> None:
        for name, entry in spec.map.items():
            path: Path = ("map", name)
            if name in self.constants:
                self.error(
                    Code.Q0202, f"{name!r} is a constant already", path, key=True
                )
            base = self.resolve(entry.base, (*path, "base"))
            size = self.resolve(entry.size, (*path, "size"))
            count = None
            if entry.count is not None:
                count = self.resolve(entry.count, (*path, "count"))
                if count is None or self.count(count, (*path, "count")) is None:
                    continue
            if base is None or size is None:
                continue
            if self.number(base, (*path, "base")) is None:
                continue
            if self.number(size, (*path, "size"), low=1) is None:
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
        ``size``. ``run_time`` are the run-time values allowed here.
        """
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

        resolved = resolve(expr, lookup)
        for name in missing:
            self._unknown(name, path, field, run_time)
        return None if missing else resolved

    def _unknown(
        self, name: str, path: Path, field: str | None, run_time: Collection[str]
    ) -> None:
        if name in RUN_TIME:
            self.error(
                Code.Q0201,
                f"{name!r} is not known here",
                path,
                f"it is {RUN_TIME[name]}",
            )
            return
        if field is None and name in self.entries:
            self.error(
                Code.Q0201,
                f"{name!r} is an entry of the memory map, not a number",
                path,
            )
            return
        known = [*self.constants, *run_time, *(self.entries if field else ())]
        help_ = did_you_mean(name, known)
        if not known:
            help_ = "declare it under 'constants:', or write a number"
        self.error(Code.Q0201, f"unknown name {name!r}", path, help_)

    def number(
        self, expr: Expr, path: Path, *, low: int = 0, high: int = (1 << 64) - 1
    ) -> int | None:
        """The value of an expression that needs no run-time value, within limits."""
        value = evaluate(expr)
        if low <= value <= high:
            return value
        if value < low:
            what = "negative" if low == 0 else f"below {low}"
            self.error(Code.Q0203, f"the value {value} is {what}", path)
        else:
            self.error(Code.Q0203, f"the value {value:#x} is above {high:#x}", path)
        return None

    def count(self, expr: Expr, path: Path) -> int | None:
        """The value of a repetition count: 1 to 65536."""
        if variables(expr):
            self.error(Code.Q0203, "a count must be known before QEMU runs", path)
            return None
        return self.number(expr, path, low=1, high=1 << 16)


def scaled(base: Expr, index: Expr, stride: Expr) -> Expr:
    """``base + index * stride``."""
    return Bin("+", base, Bin("*", index, stride))
