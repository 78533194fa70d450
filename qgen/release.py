"""A board as one release of QEMU can have it.

What older releases have another way, without any C: fields of MachineClass, the default
CPU, the audio back end. What a release cannot have is a finding at its line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain

from qgen.board import (
    Audiodev,
    Board,
    ClassField,
    Composite,
    Device,
    MachineClassValue,
    Part,
    Property,
    Soc,
    Text,
)
from qgen.condition import Option, OptionGiven, parts_of
from qgen.diagnostics import Code, Finding, Severity, spans
from qgen.expr import Expr, evaluate, variables
from qgen.nics import all_asked, asked_types, nics_of, taker_of, takers
from qgen.source import Path
from qgen.targets import TARGETS, Feature, Target, first_with, last_without

_FIELDS = {
    "cpu_cluster_has_numa_boundary": Feature.NUMA_CLUSTERS,
    "smbios_memory_device_size": Feature.SMBIOS_DEVICE_SIZE,
}
"""Fields of MachineClass that came with a feature."""
_CALLS = {
    "i8257_dma_init": (Feature.DMA_OF_A_MACHINE, "i8257_dma_init", (1, 2)),
    "fw_cfg_init_mem_dma": (
        *(Feature.FW_CFG_BY_DMA, "fw_cfg_init_mem_wide", (0, 1, 2, 3, 4)),
    ),
    "isa_bus_register_input_irqs": (Feature.ISA_INPUT_IRQS, "isa_bus_irqs", (0, 1)),
}
"""Functions without a feature: the name before, and which arguments it took."""
_GONE = {"smbus_no_migration_support": Feature.NO_SMBUS_MIGRATION_FLAG}
"""Those that went with one."""


def as_release_has_it(composite: Board | Soc, target: Target) -> Board | Soc:
    """``composite`` in the words of a release that can have it (see `judge`)."""
    made = composite
    if not target.has(Feature.AUDIODEV_OF_MACHINE):
        devices = tuple(_without_audiodev(device) for device in made.devices)
        made = replace(made, devices=devices)
    devices = tuple(_respelled(device, target) for device in made.devices)
    made = replace(made, devices=devices)
    if not isinstance(made, Board):
        return made
    if not target.has(Feature.ONLY_CPU_IS_DEFAULT):
        cpus = replace(made.cpus, default_type=made.cpus.usual_type)
        made = replace(made, cpus=cpus)
    if not target.has(Feature.TIME_BASE_RESET):
        made = replace(made, cpus=replace(made.cpus, timebase_reset=False))
    if not target.has(Feature.DEFAULT_NIC):
        made = _without_default_nic(made)
    if not target.has(Feature.SD_CARD_ON_DEMAND):
        made = replace(made, class_fields=_with_no_sdcard(made.class_fields))
    return made


def judge(composite: Composite, target: Target) -> list[Finding]:
    """What of ``composite`` the release does not have, and which one does.

    What the machine can do without is a warning.
    """
    findings = [
        _finding(f"when: {{audio: {str(when.wanted).lower()}}}", feature, path, target)
        for when, path in _audio_conditions(composite)
        for feature in (Feature.AUDIODEV_OF_MACHINE,)
        if not target.has(feature)
    ]
    if not target.has(Feature.NICS_BY_TYPE):
        findings += _nics_taken_twice(composite, target)
        findings += _nics_nobody_takes(composite, target)
    if not target.has(Feature.PLIC_OF_ANY_HARTS):
        findings += _plics_of_other_harts(composite, target)
    if not isinstance(composite, Board):
        return findings
    for field in composite.class_fields:
        feature = _FIELDS.get(field.name)
        what = f"MachineClass.{field.name}"
        if feature is not None and not target.has(feature):
            findings.append(_finding(what, feature, field.origin, target))
        gone = _GONE.get(field.name)
        if gone is not None and target.has(gone):
            message = f"QEMU {target.release} has no {what}"
            help_ = f"QEMU {last_without(gone)} is the last that has it"
            findings.append(Finding(Code.Q0301, message, field.origin, help_))
    if composite.cpus.timebase_reset and not target.has(Feature.TIME_BASE_RESET):
        message = f"QEMU {target.release} has no function that resets the time base"
        release = first_with(Feature.TIME_BASE_RESET)
        help_ = f"there it counts on through a reset; QEMU {release} has one"
        path: Path = ("cpus", "timebase", "reset")
        severity = Severity.WARNING
        findings.append(
            Finding(Code.Q0301, message, path, help_, key=True, severity=severity)
        )
    return findings


_MEASURED = ("Q0208", "Q0209", "Q0210", "Q0211", "Q0213", "Q0215", "Q0217", "Q0218")
"""The codes of findings that may be about what one release has another way."""


def of_release(
    findings: Sequence[Finding], target: Target, passes: Callable[[str], bool]
) -> list[Finding]:
    """``findings``, of which those that other releases do not give name these.

    ``passes``: whether the spec is right for a release.
    """
    if not any(finding.code.name in _MEASURED for finding in findings):
        return list(findings)
    others = [each for each in TARGETS if each != target.release and passes(each)]
    if not others:
        return list(findings)
    help_ = f"the spec is right for QEMU {spans(others, TARGETS)}"
    return [
        (
            replace(
                finding,
                code=Code.Q0301,
                message=f"in QEMU {target.release}, {finding.message}",
                help=help_,
            )
            if finding.code.name in _MEASURED
            else finding
        )
        for finding in findings
    ]


def _finding(what: str, feature: Feature, path: Path, target: Target) -> Finding:
    message = f"QEMU {target.release} has no {what}"
    return Finding(
        Code.Q0301, message, path, f"QEMU has it since {first_with(feature)}"
    )


def _nics_taken_twice(composite: Composite, target: Target) -> Iterator[Finding]:
    """NICs are places of a table there, and a SoC's C takes the first: nobody else may."""
    inside = {soc.name: nics_of(soc) for soc in composite.socs}
    for taker in takers(composite):
        own = (0, inside.get(taker.device.type))
        if taker.holder is None and (taker.first, taker.number) != own:
            yield Finding(
                Code.Q0301,
                f"in QEMU {target.release}, each {taker.device.type!r} takes the first "
                "NIC, which another device has",
                taker.device.origin,
                f"QEMU finds a NIC for each since {first_with(Feature.NICS_BY_TYPE)}",
            )


def _nics_nobody_takes(composite: Composite, target: Target) -> Iterator[Finding]:
    """A NIC is known by its place there, and places are those of devices that take one."""
    places = {
        type_: (*device.origin, "when", "nic")
        for device in reversed(composite.devices)
        for type_ in asked_types(device.when)
    }
    for type_ in dict.fromkeys(all_asked(composite)):
        if taker_of(composite, type_) is None:
            yield Finding(
                Code.Q0301,
                f"in QEMU {target.release}, a NIC is found only by the device that takes "
                f"it, and none takes a {type_!r}",
                places.get(type_, ()),
                f"add a {type_!r} with nic: true; QEMU finds NICs by type since "
                f"{first_with(Feature.NICS_BY_TYPE)}",
            )


def _may_be_other(first: Expr) -> bool:
    """Whether a number is not 0, or may not be."""
    return bool(variables(first)) or evaluate(first) != 0


def _plics_of_other_harts(composite: Composite, target: Target) -> Iterator[Finding]:
    """The function counts a PLIC's outputs as if its harts were all from number 0 on."""
    for device in composite.devices:
        if device.call is None or device.call.function != "sifive_plic_create":
            continue
        first, text = map(device.settings.get, ("hartid-base", "hart-config"))
        gaps = isinstance(text, str) and not all(text.split(","))
        if gaps or (isinstance(first, Expr) and _may_be_other(first)):
            yield Finding(
                Code.Q0301,
                f"QEMU {target.release} wires a PLIC to harts only if they are all "
                "from number 0 on, without a gap",
                device.call.origin,
                f"QEMU wires any since {first_with(Feature.PLIC_OF_ANY_HARTS)}",
            )


def _audio_conditions(composite: Composite) -> Iterator[tuple[OptionGiven, Path]]:
    for device in composite.devices:
        for when in parts_of(device.when):
            if isinstance(when, OptionGiven) and when.option is Option.AUDIO:
                yield when, (*device.origin, "when")


def _without_audiodev(device: Device) -> Device:
    """Without the property for the back end: the device finds the first by itself."""
    parts = tuple(_silent(part) for part in device.parts)
    return replace(device, properties=_others(device.properties), parts=parts)


def _silent(part: Part) -> Part:
    return replace(part, properties=_others(part.properties))


def _others(properties: Iterable[Property]) -> tuple[Property, ...]:
    return tuple(p for p in properties if not isinstance(p.value, Audiodev))


def _respelled(device: Device, target: Target) -> Device:
    """A device that a function makes, with what that was called before."""
    call = device.call
    before = None if call is None else _CALLS.get(call.function)
    if call is None or before is None or target.has(before[0]):
        return device
    _, name, kept = before
    older = replace(
        call,
        function=name,
        types=tuple(call.types[place] for place in kept),
        arguments=tuple(call.arguments[place] for place in kept),
    )
    return replace(device, call=older)


def _without_default_nic(board: Board) -> Board:
    """The type of NIC as a text wherever the class's field would be read."""
    names = {f.name: f.value for f in board.class_fields if f.name == "default_nic"}
    fields = tuple(f for f in board.class_fields if f.name not in names)
    devices = []
    for device in board.devices:
        call = device.call
        if call is not None:
            given = tuple(
                (
                    Text(str(names[argument.field]))
                    if isinstance(argument, MachineClassValue)
                    and argument.field in names
                    else argument
                )
                for argument in call.arguments
            )
            device = replace(device, call=replace(call, arguments=given))
        devices.append(device)
    return replace(board, class_fields=fields, devices=tuple(devices))


def _with_no_sdcard(fields: tuple[ClassField, ...]) -> tuple[ClassField, ...]:
    """A board that wants no SD card says so, where QEMU makes one for all others."""
    wanted = [f for f in fields if f.name == "auto_create_sdcard"]
    rest = [f for f in fields if f.name != "auto_create_sdcard"]
    if any(field.value is True for field in wanted):
        return tuple(rest)
    origin = wanted[0].origin if wanted else ()
    return tuple(chain(rest, (ClassField("no_sdcard", True, origin),)))
