"""Judges what a spec says of a device that a function of QEMU's makes."""

from __future__ import annotations

from collections.abc import Mapping

from qgen.board import SYSTEM, Device, Link, Mmio
from qgen.diagnostics import Code
from qgen.expr import Expr, evaluate
from qgen.lower.ends import Ends
from qgen.lower.harts import judge_harts
from qgen.lower.makers import Arguments, Maker, type_made
from qgen.lower.places import hexadecimal
from qgen.lower.scope import Scope
from qgen.source import Path
from qgen.spec.model import Composite

_MOST = 64
"""So many of a repeated device are looked at: their addresses lie in a row."""


class Called:
    """The devices of a spec that functions make."""

    def __init__(self, spec: Composite, ends: Ends, scope: Scope):
        self.spec, self.ends, self.scope = spec, ends, scope

    def judge(
        self,
        device: Device,
        function: str,
        made: Maker,
        given: Arguments,
        places: Mapping[str, Path],
    ) -> None:
        """Compare type and regions with what ``function`` makes of the arguments.

        ``given`` are the arguments by their parameters, ``places`` where they stand.
        """
        if not device.type:
            return
        type_ = type_made(made, given)
        known = None if type_ is None else self.ends.catalogue.find(type_)
        if known is not None and known.name != device.type:
            message = f"{function}() makes a {known.name!r}, no {device.type!r}"
            path = (*device.origin, "type")
            self.scope.error(Code.Q0218, message, path, f"write type: {known.name}")
            return
        for mmio in device.mmio:
            if mmio.window is None and mmio.index < len(made.at):
                parameter = made.at[mmio.index]
                self._address(device, function, mmio, given.get(parameter))
                self._container(device, function, mmio, made, given)
        judge_harts(device, given, places, self.spec, self.ends, self.scope)

    def _address(
        self,
        device: Device,
        function: str,
        mmio: Mmio,
        given: object,
    ) -> None:
        if not isinstance(given, Expr):
            return
        count = 1 if device.count is None else evaluate(device.count)
        for n in range(min(count, _MOST)):
            at, there = _at(mmio.address, n), _at(given, n)
            if at != there:
                which = "" if device.count is None else f" of number {n}"
                help_ = "leave it out: the arguments say where each lies"
                if not n:
                    help_ = f"write {self._written(there)}, or change the argument"
                self.scope.error(
                    Code.Q0213,
                    f"{function}() maps the region{which} at {hexadecimal(there)}, "
                    f"not at {hexadecimal(at)}",
                    mmio.origin,
                    help_,
                )
                return

    def _written(self, address: int) -> str:
        """An address as this spec writes it: as an entry of its map, if that has one."""
        entries = self.scope.entries.values()
        found = (each.name for each in entries if evaluate(each.base) == address)
        return next(found, hexadecimal(address))

    def _container(
        self, device: Device, function: str, mmio: Mmio, made: Maker, given: Arguments
    ) -> None:
        path = mmio.origin[:-1]
        if mmio.priority:
            message = f"{function}() maps the region with priority 0"
            here = (*path, "priority")
            self.scope.error(Code.Q0213, message, here, "leave it out", key=True)
        into = given.get(made.into) if made.into is not None else Link(SYSTEM)
        if not isinstance(into, Link) or not isinstance(into.target, str):
            return
        if into.target == (mmio.container or SYSTEM):
            return
        where, path = f"into {into.target!r}", (*path, "in")
        if into.target == SYSTEM:
            where, help_ = "into the system memory", "leave it out"
        else:
            help_ = f"write in: {into.target}"
            path = path if mmio.container is not None else mmio.origin
        message = f"{function}() maps the region {where}"
        self.scope.error(Code.Q0213, message, path, help_)


def _at(address: Expr, n: int) -> int:
    return evaluate(address, {"n": n, "cpus": 1, "ram_size": 0})
