"""Wires: every output and input line resolved, counted, and driven only once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from qgen.arch import ArchFacts
from qgen.board import CPUS, Device, Sink, Source, Wire
from qgen.catalogue import Catalogue, DeviceType
from qgen.diagnostics import Code, did_you_mean
from qgen.expr import Expr, Num, evaluate, variables
from qgen.lower.counts import inputs_of, irqs_of, outputs_of
from qgen.lower.scope import Scope
from qgen.source import Path
from qgen.spec import model
from qgen.spec.model import Spec
from qgen.spec.scalars import SinkText


@dataclass(frozen=True)
class Ends:
    """What a wire may end at: devices by name, the CPUs and how many there can be."""

    devices: Mapping[str, Device]
    types: Mapping[str, DeviceType]
    arch: ArchFacts
    cpu_type: DeviceType | None
    min_cpus: int
    max_cpus: int
    cpus_exist: bool

    def properties(self, name: str) -> dict[str, object]:
        """The properties that the spec sets on a device."""
        return {p.name: p.value for p in self.devices[name].properties}


def ends_of(
    spec: Spec,
    devices: Sequence[Device],
    catalogue: Catalogue,
    arch: ArchFacts,
    cpu_type: DeviceType | None,
) -> Ends:
    """The ends that wires of this board may have."""
    types = {d.name: catalogue.find(d.type) for d in devices}
    exist = spec.cpus.default is not None and spec.cpus.created_by is None
    return Ends(
        {d.name: d for d in devices},
        {name: known for name, known in types.items() if known is not None},
        arch,
        cpu_type,
        spec.cpus.min or 1,
        spec.cpus.max or 1,
        exist,
    )


def wire_devices(
    spec: Spec, devices: Sequence[Device], ends: Ends, scope: Scope
) -> list[Device]:
    """``devices`` with their wires."""
    wiring = Wiring(ends, scope)
    done = []
    for device in devices:
        written = spec.devices[device.name]
        path: Path = ("devices", device.name)
        wires = [
            *wiring.irqs(device, written.irqs, (*path, "irqs")),
            *wiring.gpios(device, written.gpios, (*path, "gpios")),
        ]
        done.append(replace(device, wires=tuple(wires)))
    return done


def wire_cpus(spec: Spec, ends: Ends, scope: Scope) -> tuple[Wire, ...]:
    """The wires that the CPUs drive; each is there once for every CPU."""
    return tuple(Wiring(ends, scope).cpu_outputs(spec.cpus.gpios))


class Wiring:
    """Resolves the wires of one board."""

    def __init__(self, ends: Ends, scope: Scope):
        self.ends, self.scope = ends, scope

    def irqs(
        self, device: Device, irqs: Sequence[model.Irq], path: Path
    ) -> Iterator[Wire]:
        """The sysbus IRQ wires of a device."""
        known = self.ends.types[device.name]
        count = irqs_of(known, self.ends.properties(device.name), self.ends.max_cpus)
        for place, irq in enumerate(irqs):
            here: Path = (*path, place)
            names = self._names(irq.for_, device)
            line = Num(place) if irq.line is None else irq.line
            index = self.scope.resolve(line, (*here, "line"), run_time=names)
            sink = self.sink(irq.to, (*here, "to"), names)
            if index is None or sink is None:
                continue
            if not self._makeable(device, sink, irq.for_, here):
                continue
            if self._within(index, count, f"{device.type!r} IRQ outputs", here, device):
                yield Wire(Source(True, None, index), sink, irq.for_ == "cpu", here)

    def gpios(
        self, device: Device, gpios: Sequence[model.Gpio], path: Path
    ) -> Iterator[Wire]:
        """The GPIO wires of a device."""
        known = self.ends.types[device.name]
        properties = self.ends.properties(device.name)
        for place, gpio in enumerate(gpios):
            here: Path = (*path, place)
            names = self._names(gpio.for_, device)
            line = gpio.line or Num(place if gpio.name is None else 0)
            index = self.scope.resolve(line, (*here, "line"), run_time=names)
            sink = self.sink(gpio.to, (*here, "to"), names)
            if index is None or sink is None:
                continue
            if not self._makeable(device, sink, gpio.for_, here):
                continue
            if gpio.name is None:
                count = outputs_of(known, properties, self.ends.max_cpus)
            else:
                count = self._named(known.gpio_out, gpio.name, known, (*here, "name"))
                if count is None:
                    continue
            what = f"{device.type!r} GPIO outputs"
            if self._within(index, count, what, here, device):
                yield Wire(
                    Source(False, gpio.name, index), sink, gpio.for_ == "cpu", here
                )

    def cpu_outputs(self, gpios: Sequence[model.Gpio]) -> Iterator[Wire]:
        """The wires of the GPIO outputs that every CPU has."""
        for place, gpio in enumerate(gpios):
            here: Path = ("cpus", "gpios", place)
            if not self.ends.cpus_exist:
                self.scope.error(
                    Code.Q0214, "the board itself creates no CPU to wire", here
                )
                continue
            sink = self.sink(gpio.to, (*here, "to"), ("cpu", "cpus"))
            source = self._cpu_line(gpio, here)
            if sink is not None and source is not None:
                yield Wire(source, sink, True, here)

    def _cpu_line(self, gpio: model.Gpio, path: Path) -> Source | None:
        outputs = self.ends.arch.outputs
        if gpio.name is not None:
            if gpio.name in outputs and gpio.line is None:
                return Source(False, None, Num(outputs[gpio.name]))
            known = self.ends.cpu_type
            if known is not None:
                lines = {o.name: o.count for o in known.gpio_out if o.name}
                if gpio.name not in lines:
                    self.scope.error(
                        Code.Q0211,
                        f"the CPU has no output {gpio.name!r}",
                        (*path, "name"),
                        did_you_mean(gpio.name, [*outputs, *lines]),
                    )
                    return None
        line = gpio.line or Num(0)
        index = self.scope.resolve(line, (*path, "line"))
        return None if index is None else Source(False, gpio.name, index)

    def _makeable(
        self, device: Device, sink: Sink, loop: str | None, path: Path
    ) -> bool:
        """Whether both ends exist when the wire is made."""
        if device.count is None:
            return True
        if loop is not None:
            self.scope.error(
                Code.Q0214,
                f"there are several {device.name!r}: it cannot have wires for each CPU",
                path,
                "describe each device by itself",
            )
            return False
        if sink.device == device.name:
            self.scope.error(
                Code.Q0214,
                f"there are several {device.name!r}: they cannot be wired to each other",
                path,
                "describe each device by itself",
            )
            return False
        return True

    def _names(self, loop: str | None, device: Device) -> tuple[str, ...]:
        names = ["cpus"]
        if loop == "cpu":
            names.append("cpu")
        if device.count is not None:
            names.append("n")
        return tuple(names)

    def _named(
        self, lists: Sequence[object], name: str, known: DeviceType, path: Path
    ) -> int | None:
        counts = {
            str(each.name): int(each.count)  # type: ignore[attr-defined]
            for each in lists
            if each.name is not None  # type: ignore[attr-defined]
        }
        if name in counts:
            return counts[name]
        self.scope.error(
            Code.Q0211,
            f"{known.name!r} has no line {name!r}",
            path,
            did_you_mean(name, counts),
        )
        return None

    def _within(
        self,
        index: Expr,
        count: int | None,
        what: str,
        path: Path,
        device: Device | None = None,
    ) -> bool:
        """Whether every value of ``index`` is one of ``count`` lines."""
        if count is None:
            return True
        low, high = self._extent(index, device)
        if low >= 0 and high < count:
            return True
        bad = high if high >= count else low
        lines = f"0 to {count - 1}" if count else "none"
        self.scope.error(
            Code.Q0211, f"there is no line {bad}: {what} are {lines}", path
        )
        return False

    def _extent(self, index: Expr, device: Device | None) -> tuple[int, int]:
        used = variables(index)
        last = {"cpu": self.ends.max_cpus - 1, "n": 0}
        if device is not None and device.count is not None:
            last["n"] = evaluate(device.count) - 1
        values = [
            evaluate(index, {"cpu": cpu, "n": n, "cpus": self.ends.max_cpus})
            for cpu in ({0, last["cpu"]} if "cpu" in used else {0})
            for n in ({0, last["n"]} if "n" in used else {0})
        ]
        return min(values), max(values)

    def sink(
        self, written: SinkText, path: Path, names: tuple[str, ...]
    ) -> Sink | None:
        """The input line that ``written`` names."""
        if written.device == CPUS:
            return self._cpu_sink(written, path, names)
        device = self.ends.devices.get(written.device)
        if device is None:
            known = [*self.ends.devices, *([CPUS] if self.ends.cpus_exist else [])]
            self.scope.error(
                Code.Q0201,
                f"there is no device {written.device!r}",
                path,
                did_you_mean(written.device, known),
            )
            return None
        brackets = list(written.brackets)
        element = None
        if device.count is not None:
            if not brackets:
                self.scope.error(
                    Code.Q0211,
                    f"there are several {written.device!r}: say which",
                    path,
                    f"write {written.device}[0]",
                )
                return None
            element = self.scope.resolve(brackets.pop(0), path, run_time=names)
            if element is None:
                return None
            count = evaluate(device.count)
            if not self._within(element, count, f"the {written.device!r}", path):
                return None
        return self._input(written, device, brackets, element, path, names)

    def _input(
        self,
        written: SinkText,
        device: Device,
        brackets: list[Expr],
        element: Expr | None,
        path: Path,
        names: tuple[str, ...],
    ) -> Sink | None:
        known = self.ends.types[device.name]
        if written.line is None:
            line = brackets.pop(0) if brackets else Num(0)
            count = inputs_of(
                known, self.ends.properties(device.name), self.ends.max_cpus
            )
        else:
            line = written.line_index or Num(0)
            count = self._named(known.gpio_in, written.line, known, path)
            if count is None:
                return None
        if brackets:
            self.scope.error(Code.Q0211, "one index too many", path)
            return None
        index = self.scope.resolve(line, path, run_time=names)
        if index is None:
            return None
        what = f"{known.name!r} {written.line or 'GPIO'} inputs"
        if not self._within(index, count, what, path):
            return None
        return Sink(device.name, element, written.line, index)

    def _cpu_sink(
        self, written: SinkText, path: Path, names: tuple[str, ...]
    ) -> Sink | None:
        if not self.ends.cpus_exist:
            self.scope.error(
                Code.Q0214, "the board itself creates no CPU to wire to", path
            )
            return None
        if len(written.brackets) != 1 or written.line is None:
            self.scope.error(
                Code.Q0211,
                "a CPU's input is written cpus[NUMBER].LINE",
                path,
                "write cpus[cpu].irq with 'for: cpu', or cpus[0].irq",
            )
            return None
        element = self.scope.resolve(written.brackets[0], path, run_time=names)
        if element is None:
            return None
        fixed = not variables(element)
        count = self.ends.min_cpus if fixed else self.ends.max_cpus
        if not self._within(element, count, "CPUs that are always there", path):
            return None
        inputs = self.ends.arch.inputs
        if written.line not in inputs:
            self.scope.error(
                Code.Q0211,
                f"a CPU has no input {written.line!r}",
                path,
                did_you_mean(written.line, inputs),
            )
            return None
        return Sink(CPUS, element, None, Num(inputs[written.line]))


def judge_drivers(
    devices: Sequence[Device], cpu_wires: Sequence[Wire], ends: Ends, scope: Scope
) -> None:
    """Refuse a second driver of an input, and of an output (QEMU keeps one wire)."""
    inputs: dict[tuple[str, int, str | None, int], str] = {}
    outputs: set[tuple[str, int, bool, str | None, int]] = set()
    everything = [(CPUS, None, w) for w in cpu_wires]
    everything += [(d.name, d.count, w) for d in devices for w in d.wires]  # type: ignore[misc]
    for name, count, wire in everything:
        for env in _rounds(count, wire, ends.max_cpus, name == CPUS):
            sink = wire.sink
            element = 0 if sink.element is None else evaluate(sink.element, env)
            key = (sink.device, element, sink.name, evaluate(sink.index, env))
            number = env["cpu"] if name == CPUS else env["n"]
            source = (
                name,
                number,
                wire.source.is_irq,
                wire.source.name,
                evaluate(wire.source.index, env),
            )
            if source in outputs:
                scope.error(
                    Code.Q0212,
                    f"this output of {name!r} is wired already",
                    wire.origin,
                    "to drive several inputs, put a split-irq device between them",
                )
                break
            outputs.add(source)
            if key in inputs:
                line = f"{key[2] or 'input'} {key[3]}"
                scope.error(
                    Code.Q0212,
                    f"{line} of {key[0]!r} is driven by {inputs[key]!r} already",
                    (*wire.origin, "to"),
                    "take another line, or put an or-irq device in front of it",
                )
                break
            inputs[key] = name


def _rounds(
    count: Expr | None, wire: Wire, max_cpus: int, of_cpus: bool
) -> Iterator[dict[str, int]]:
    """The run-time values under which a wire is made, one after the other."""
    for n in range(evaluate(count) if count is not None else 1):
        for cpu in range(max_cpus if wire.per_cpu or of_cpus else 1):
            yield {"n": n, "cpu": cpu, "cpus": max_cpus}
