"""Wires: every output and every input resolved, and found among the lines there are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from qgen.board import CPUS, Device, Place, Sink, Source, Wire
from qgen.diagnostics import Code, did_you_mean, quoted
from qgen.expr import Bin, Expr, Name, Num, Var, evaluate, variables, walk
from qgen.lower.ends import Ends, extent, named
from qgen.lower.inside import NoChild, child_path, spelled
from qgen.lower.scope import Scope
from qgen.source import Path
from qgen.spec import model
from qgen.spec.ends import SinkText
from qgen.spec.model import Composite, Cpus


def wire_devices(
    spec: Composite, devices: Sequence[Device], ends: Ends, scope: Scope
) -> list[Device]:
    """``devices`` with their wires."""
    wiring = Wiring(ends, scope)
    done = []
    for device in devices:
        written = spec.devices.get(device.name)
        if written is None or device.is_stub or device.name not in ends.types:
            done.append(device)
            continue
        holders: list[tuple[model.Device | model.Part, tuple[str, ...], Path]]
        holders = [(written, (), device.origin)]
        holders += [
            (written.parts["/".join(p.path)], p.path, p.origin) for p in device.parts
        ]
        wires: list[Wire] = []
        for holder, inner, path in holders:
            place = Place(device.name, None, inner)
            wires += wiring.of_device(device, place, holder.irqs, True, (*path, "irqs"))
            wires += wiring.of_device(
                device, place, holder.gpios, False, (*path, "gpios")
            )
        done.append(replace(device, wires=tuple(wires)))
    return done


def wire_cpus(cpus: Cpus, ends: Ends, scope: Scope) -> tuple[Wire, ...]:
    """The wires that the CPUs drive; each is there once for every CPU."""
    return tuple(Wiring(ends, scope).of_cpus(cpus.gpios))


def counting(first: Expr) -> Expr:
    """``first + line``."""
    return Var("line") if first == Num(0) else Bin("+", first, Var("line"))


MAX_LINES = 1 << 31
"""More lines than any device can have: QEMU numbers them with an int."""


@dataclass
class _Driver:
    """What drives: its run-time values, and the greatest value of each."""

    names: tuple[str, ...]
    last: dict[str, int]


class Wiring:
    """Resolves the wires of one board."""

    def __init__(self, ends: Ends, scope: Scope):
        self.ends, self.scope = ends, scope

    def of_device(
        self,
        device: Device,
        driving: Place,
        wires: Sequence[model.Irq | model.Gpio],
        is_irq: bool,
        path: Path,
    ) -> Iterator[Wire]:
        """The wires that a device drives, or ``driving``, one inside it."""
        for place, written in enumerate(wires):
            here: Path = (*path, place)
            if self._lacks_loop(written, here):
                continue
            driver = self._driver(device, written.for_)
            lines, counted = self._lines(device, written, driver, here)
            if not counted:
                continue
            name = written.name if isinstance(written, model.Gpio) else None
            first = place if name is None and lines is None else 0
            line = written.line or Num(first)
            names = [name for name in driver.names if name != "line"]
            index = self.scope.resolve(line, (*here, "line"), run_time=names)
            if lines is not None and index is not None:
                index = counting(index)
            sink = self.sink(written.to, (*here, "to"), driver)
            if index is None or sink is None:
                continue
            source = Source(is_irq, name, index, driving.path)
            if not self._makeable(device, sink, written.for_, here):
                continue
            if self._is_output(driving, source, driver, written, here):
                per_cpu = written.for_ == "cpu"
                yield Wire(source, sink, per_cpu, here, lines, written.shared)

    def _lines(
        self,
        device: Device,
        written: model.Irq | model.Gpio,
        driver: _Driver,
        path: Path,
    ) -> tuple[Expr | None, bool]:
        """How many lines the wire stands for, None for one; and if that is right."""
        if written.lines is None:
            return None, True
        here = (*path, "lines")
        if written.for_ is not None or device.count is not None:
            what = "there for each CPU" if written.for_ else "one of several devices'"
            message = f"a wire that is {what} has no 'lines'"
            help_ = "write a wire for each line"
            self.scope.error(Code.Q0214, message, here, help_, key=True)
            return None, False
        count = self.scope.resolve(written.lines, here)
        number = None if count is None else self.scope.count(count, here)
        if number is None:
            return None, False
        driver.names += ("line",)
        driver.last["line"] = number - 1
        return count, True

    def of_cpus(self, gpios: Sequence[model.Gpio]) -> Iterator[Wire]:
        """The wires of the GPIO outputs that every CPU has."""
        driver = _Driver(("cpu", "cpus"), {"cpu": self.ends.max_cpus - 1, "n": 0})
        for place, gpio in enumerate(gpios):
            here: Path = ("cpus", "gpios", place)
            if not self.ends.cpus_exist:
                self._no_cpus(here)
                continue
            sink = self.sink(gpio.to, (*here, "to"), driver)
            source = self._cpu_output(gpio, here)
            if sink is not None and source is not None:
                yield Wire(source, sink, True, here, shared=gpio.shared)

    def argument(self, written: SinkText, device: Device, path: Path) -> Sink | None:
        """The input line that the helper which makes ``device`` is given to drive."""
        return self.sink(written, path, self._driver(device, None))

    def _driver(self, device: Device, loop: str | None) -> _Driver:
        names, last = ["cpus"], {"cpu": self.ends.max_cpus - 1, "n": 0}
        if loop == "cpu":
            names.append("cpu")
        if device.count is not None:
            names.append("n")
            last["n"] = evaluate(device.count) - 1
        return _Driver(tuple(names), last)

    def _lacks_loop(self, written: model.Irq | model.Gpio, path: Path) -> bool:
        """Whether a wire uses ``cpu`` without being there for each CPU."""
        sink = written.to
        for key, exprs in (
            ("line", () if written.line is None else (written.line,)),
            ("to", sink.exprs),
        ):
            parts = [p for e in exprs for p in walk(e)]
            if written.for_ is None and Name("cpu") in parts:
                self.scope.error(
                    Code.Q0201,
                    "'cpu' is known only in a wire that is there for each CPU",
                    (*path, key),
                    "add 'for: cpu' to the wire: {for: cpu, to: ...}",
                    word="cpu",
                )
                return True
        return False

    def _makeable(
        self, device: Device, sink: Sink, loop: str | None, path: Path
    ) -> bool:
        """Whether both ends exist when the wire is made."""
        if device.count is None or (loop is None and sink.device != device.name):
            return True
        what = "be wired to each other" if loop is None else "have wires for each CPU"
        self.scope.error(
            Code.Q0214,
            f"there are several {device.name!r}: they cannot {what}",
            path,
            "describe each device by itself",
        )
        return False

    def _is_output(
        self,
        driving: Place,
        source: Source,
        driver: _Driver,
        written: model.Irq | model.Gpio,
        path: Path,
    ) -> bool:
        """Whether the device has the output, with all values of its number."""
        known = self.ends.type_at(driving)
        what, count = "IRQ output", self.ends.irqs(driving)
        if not source.is_irq:
            what, count = "GPIO output", self.ends.outputs(driving, source.name)
        if source.name is not None and known is not None:
            lines = named(known.gpio_out)
            if source.name not in lines:
                help_ = did_you_mean(source.name, lines) or "it has none with a name"
                self.scope.error(
                    Code.Q0211,
                    f"{known.name!r} has no GPIO output {source.name!r}",
                    (*path, "name"),
                    help_,
                )
                return False
            what = f"GPIO output {source.name!r}"
        if written.line is not None:
            path = (*path, "line")
        what = f"{spelled(driving.device, driving.path)!r} has no {what}"
        return self._within(source.index, count, what, driver, path)

    def _within(
        self, index: Expr, count: int | None, what: str, driver: _Driver, path: Path
    ) -> bool:
        """Whether every value of ``index`` is one of ``count`` lines."""
        low, high = extent(index, driver.last, self.ends.max_cpus)
        if low >= 0 and high < (MAX_LINES if count is None else count):
            return True
        if count is None:
            message = f"{what} with such a number"
            help_ = f"numbers are 0 to {MAX_LINES - 1}"
            self.scope.error(Code.Q0211, message, path, help_)
            return False
        bad = high if high >= count else low
        number = str(bad) if abs(bad) >> 64 == 0 else "with so large a number"
        there = {0: "there is none", 1: "there is one, number 0"}
        help_ = there.get(count, f"there are {count}, numbers 0 to {count - 1}")
        self.scope.error(Code.Q0211, f"{what} {number}", path, help_)
        return False

    def _cpu_output(self, gpio: model.Gpio, path: Path) -> Source | None:
        known, outputs = self.ends.cpu_type, self.ends.arch.outputs
        if gpio.name is not None and gpio.name in outputs and gpio.line is None:
            return Source(False, None, Num(outputs[gpio.name]))
        index = self.scope.resolve(gpio.line or Num(0), (*path, "line"))
        if index is None:
            return None
        if known is not None:
            lines = named(known.gpio_out)
            if gpio.name is not None and gpio.name not in lines:
                message = f"the CPU has no output {gpio.name!r}"
                help_ = did_you_mean(gpio.name, [*outputs, *lines])
                if gpio.name in outputs:
                    message = f"the CPU's output {gpio.name!r} is one line"
                    help_ = "leave out 'line'"
                self.scope.error(Code.Q0211, message, (*path, "name"), help_)
                return None
            unnamed = sum(each.count for each in known.gpio_out if each.name is None)
            count = unnamed if gpio.name is None else lines[gpio.name]
            what = "the CPU has no output"
            if gpio.name is not None:
                what += f" {gpio.name!r}"
            here = path if gpio.line is None else (*path, "line")
            if not self._within(index, count, what, _Driver((), {}), here):
                return None
        return Source(False, gpio.name, index)

    def sink(self, written: SinkText, path: Path, driver: _Driver) -> Sink | None:
        """The input line that ``written`` names."""
        if written.device == CPUS:
            return self._cpu_input(written, path, driver)
        device = self.ends.devices.get(written.device)
        if device is None:
            self._no_device(written.device, path)
            return None
        if device.inputs is not None:
            return self._given_input(written, path, driver)
        if device.name not in self.ends.types:
            message = f"nobody knows what {device.name!r} is: it has no lines"
            help_ = "add type: what the helper makes" if not device.ide else None
            self.scope.error(Code.Q0211, message, path, help_)
            return None
        brackets, element = list(written.brackets), None
        if device.count is not None:
            if not brackets:
                self.scope.error(
                    Code.Q0211,
                    f"there are several {device.name!r}: say which",
                    path,
                    f"write {device.name}[0] for the first",
                )
                return None
            element = self.scope.resolve(brackets.pop(0), path, run_time=driver.names)
            count, what = evaluate(device.count), f"there is no {device.name!r} number"
            if element is None or not self._within(element, count, what, driver, path):
                return None
        if not written.path:
            place = Place(device.name, element)
            return self._input(written, place, brackets, path, driver)
        if brackets:
            self._one_too_many(device.name, path)
            return None
        return self._inside(written, Place(device.name, element), path, driver)

    def _given_input(
        self, written: SinkText, path: Path, driver: _Driver
    ) -> Sink | None:
        """One of the input lines that a call returned."""
        name, place = written.device, Place(written.device)
        if written.path or written.line is not None or len(written.brackets) > 1:
            message = f"{name!r} are input lines with numbers, no device"
            help_ = f"write {name}[NUMBER]"
            self.scope.error(Code.Q0211, message, path, help_)
            return None
        line = written.brackets[0] if written.brackets else Num(0)
        index = self.scope.resolve(line, path, run_time=driver.names)
        count, what = self.ends.inputs(place, None), f"{name!r} has no input"
        if index is None or not self._within(index, count, what, driver, path):
            return None
        return Sink(place, None, index)

    def _inside(
        self, written: SinkText, outer: Place, path: Path, driver: _Driver
    ) -> Sink | None:
        """The input of a device inside one of the board's."""
        known = self.ends.types[outer.device]
        try:
            names, brackets = child_path(known, written, self.ends.catalogue)
        except NoChild as missing:
            self.scope.error(Code.Q0211, str(missing), path, missing.help)
            return None
        place = Place(outer.device, outer.element, names)
        return self._input(written, place, brackets, path, driver)

    def _one_too_many(self, name: str, path: Path) -> None:
        self.scope.error(
            Code.Q0211,
            f"one index too many: there is one {name!r}",
            path,
            f"write {name}[NUMBER] or {name}.LINE[NUMBER]",
        )

    def _no_device(self, name: str, path: Path) -> None:
        if self.scope.is_absent(name, path) or name in self.ends.failed:
            return

        def near() -> str | None:
            cpus = [CPUS] if self.ends.cpus_exist else []
            return did_you_mean(name, [*self.ends.devices, *self.ends.failed, *cpus])

        message = f"there is no device {quoted(name)}"
        self.scope.error(Code.Q0201, message, path, near, word=name)

    def _input(
        self,
        written: SinkText,
        place: Place,
        brackets: list[Expr],
        path: Path,
        driver: _Driver,
    ) -> Sink | None:
        name, known = spelled(place.device, place.path), self.ends.type_at(place)
        line, what = written.line_index or Num(0), f"{name!r} has no input"
        if known is not None and place.device in self.scope.alternatives:
            what = f"{name!r}, as a {known.name!r}, has no input"
        if written.line is None:
            line = brackets.pop(0) if brackets else Num(0)
        else:
            lines = {} if known is None else named(known.gpio_in)
            what += f" {quoted(written.line)}"
            if known is not None and written.line not in lines:
                help_ = did_you_mean(written.line, lines) or "it has none with a name"
                self.scope.error(Code.Q0211, what, path, help_, word=written.line)
                return None
        if brackets:
            self._one_too_many(name, path)
            return None
        index = self.scope.resolve(line, path, run_time=driver.names)
        count = self.ends.inputs(place, written.line)
        if index is None or not self._within(index, count, what, driver, path):
            return None
        return Sink(place, written.line, index)

    def _no_cpus(self, path: Path) -> None:
        maker = self.ends.cpu_maker
        if self.scope.own_type is not None:
            what = "a SoC has no CPUs but those that are devices of its own"
            help_: str | None = "wire the device: cpu[0]"
        elif maker is None:
            what, help_ = "the board has no CPUs", "add cpus: {default: ...}"
        else:
            what = f"{maker!r} makes the CPUs: the board cannot wire them"
            help_ = f"wire to what makes them: {maker}[NUMBER]"
            if maker not in self.ends.devices:
                help_ = "leave it out: what makes them wires them as well"
        self.scope.error(Code.Q0214, what, path, help_)

    def _cpu_input(self, written: SinkText, path: Path, driver: _Driver) -> Sink | None:
        if not self.ends.cpus_exist:
            self._no_cpus(path)
            return None
        if len(written.brackets) != 1 or written.line is None:
            self.scope.error(
                Code.Q0211,
                "a CPU's input is written cpus[NUMBER].LINE",
                path,
                "write cpus[cpu].irq with 'for: cpu', or cpus[0].irq",
            )
            return None
        element = self.scope.resolve(written.brackets[0], path, run_time=driver.names)
        if element is None:
            return None
        what, count = "there is no CPU", self.ends.max_cpus
        if not variables(element):
            what, count = "there is not always a CPU", self.ends.min_cpus
        if not self._within(element, count, what, driver, path):
            return None
        inputs = self.ends.arch.inputs if self._inputs_are_known() else {}
        if written.line not in inputs:
            message = f"a CPU has no input {quoted(written.line)}"
            help_ = did_you_mean(written.line, inputs)
            if not inputs:
                help_ = "qgen knows no names for the inputs of this CPU"
            self.scope.error(Code.Q0211, message, path, help_, word=written.line)
            return None
        return Sink(Place(CPUS, element), None, Num(inputs[written.line]))

    def _inputs_are_known(self) -> bool:
        """Whether the names of the architecture's inputs are those of this CPU."""
        known, wanted = self.ends.cpu_type, self.ends.arch.input_count
        if known is None or wanted is None:
            return True
        return wanted == sum(each.count for each in known.gpio_in if each.name is None)
