"""Hooks: points that the machine has, and functions that can stand there."""

from __future__ import annotations

import re
from collections.abc import Sequence

from qgen.bases import Base
from qgen.board import Cpus, Hook, HookPoint, Hooks
from qgen.catalogue import Catalogue
from qgen.diagnostics import Code, did_you_mean
from qgen.lower.scope import Scope
from qgen.names import C_KEYWORDS, identifier
from qgen.source import Path
from qgen.spec import model
from qgen.spec.model import Spec

PATH: Path = ("hooks",)
_OF_ARM_LOADER = {
    HookPoint.BOARD_SETUP: "board_setup_addr",
    HookPoint.SECONDARY_BOOT: "smp_loader_start",
    HookPoint.SECONDARY_CPU_RESET: None,
}
"""The points that arm_load_kernel has, and the address that it must know for them."""
_OWN = (
    r"_(init|init_\w+|class_init|instance_init|register_types|type_info|memmap"
    r"|cpu_reset|create_\w+|load_\w+|add_fw_cfg_\w+|fdt_add_\w+|get_\w+|set_\w+"
    r"|\w+_(read|write|ops))"
)
"""How the names of what qgen writes go on behind the machine's."""


def lower_hooks(
    spec: Spec, cpus: Cpus, base: Base, catalogue: Catalogue, scope: Scope
) -> Hooks | None:
    """The hooks, each at a point that there is."""
    written = spec.hooks
    if written is None:
        _judge_setup(spec, (), scope)
        return None
    hooks = [
        Hook(point, name, (*PATH, point.value))
        for point in HookPoint
        if (name := getattr(written, point.value, None)) is not None
    ]
    hooks += [
        Hook(HookPoint.HANDLER, device.handler, ("devices", name, "handler"))
        for name, device in spec.devices.items()
        if device.handler is not None
    ]
    if not hooks:
        scope.error(
            Code.Q0102,
            "no hook names a function",
            PATH,
            "add the point where one is called: after_devices: my_board_extras",
            key=True,
        )
    _judge_files(written.file, scope)
    _judge_functions(spec.machine, hooks, catalogue, scope)
    for hook in hooks:
        _judge_point(spec, cpus, hook, scope)
        if hook.point is HookPoint.BOOT and base.boots:
            scope.error(
                Code.Q0214,
                f"{spec.parent!r} boots the machine already",
                hook.origin,
                "leave it out",
                key=True,
            )
    _judge_setup(spec, tuple(hook.point for hook in hooks), scope)
    for place, name in enumerate(written.devices):
        _judge_device(spec, name, (*PATH, "devices", place), scope)
    return Hooks(written.file, tuple(hooks), written.devices, PATH)


def _judge_files(files: Sequence[str], scope: Scope) -> None:
    """There are files, and each is included once."""
    if not files:
        message, help_ = "no hook file is named", "write file: my-board-hooks.c.inc"
        scope.error(Code.Q0102, message, (*PATH, "file"), help_)
    for place, name in enumerate(files):
        if name in files[:place]:
            message = f"{name!r} is included already"
            scope.error(Code.Q0202, message, (*PATH, "file", place), "leave it out")


def _judge_functions(
    machine: str, hooks: list[Hook], catalogue: Catalogue, scope: Scope
) -> None:
    """Each function has a name of its own, at one point."""
    taken: dict[str, Hook] = {}
    own = re.compile(re.escape(identifier(machine)) + _OWN)
    for hook in hooks:
        name, help_ = hook.function, "choose another name"
        if name in C_KEYWORDS:
            message = f"{name!r} is a word of C, not a function"
            scope.error(Code.Q0104, message, hook.origin, help_)
        elif own.fullmatch(name):
            message = f"{name!r} is what a function of the generated C may be called"
            scope.error(Code.Q0202, message, hook.origin, help_)
        elif catalogue.functions().find(name) is not None:
            message = f"{name!r} is a function of QEMU's"
            scope.error(Code.Q0202, message, hook.origin, help_)
        elif name in taken:
            message = f"{name!r} is called at {taken[name].point.value!r} already"
            help_ = "each point takes a function of its own"
            scope.error(Code.Q0202, message, hook.origin, help_)
        taken.setdefault(name, hook)


def _judge_point(spec: Spec, cpus: Cpus, hook: Hook, scope: Scope) -> None:
    point, boot = hook.point, spec.boot
    if point is HookPoint.BOOT and boot is not None:
        scope.error(
            Code.Q0214,
            f"the loader {boot.loader!r} boots the board already",
            hook.origin,
            "leave out one of the two",
            key=True,
        )
    if point in _OF_ARM_LOADER and not isinstance(boot, model.ArmBoot):
        scope.error(
            Code.Q0214,
            f"only the loader 'arm' calls a hook {point.value!r}",
            hook.origin,
            "leave it out, or add boot: {loader: arm, ram: ADDRESS}",
            key=True,
        )
    by_board = cpus.created and spec.parent != "x86"
    if point is HookPoint.CPU_RESET and not by_board:
        scope.error(
            Code.Q0214,
            "only CPUs that the board creates itself have a hook 'cpu_reset'",
            hook.origin,
            "leave it out",
            key=True,
        )


def _judge_setup(spec: Spec, points: tuple[HookPoint, ...], scope: Scope) -> None:
    """The loader's hooks know where to write, and only they need a place for it."""
    boot = spec.boot
    if not isinstance(boot, model.ArmBoot):
        return
    for point, key in _OF_ARM_LOADER.items():
        if key is None or (getattr(boot, key) is not None) == (point in points):
            continue
        if point in points:
            scope.error(
                Code.Q0102,
                f"the hook {point.value!r} needs the address that it writes to",
                (*PATH, point.value),
                f"add {key}: ADDRESS to 'boot:'",
                key=True,
            )
        elif key == "board_setup_addr":
            scope.error(
                Code.Q0214,
                f"nothing is written to {key!r}",
                ("boot", key),
                f"add hooks: {{file: ..., {point.value}: FUNCTION}}",
                key=True,
            )


def _judge_device(spec: Spec, name: str, path: Path, scope: Scope) -> None:
    if name in scope.absent:
        return
    if name not in spec.devices:
        message = f"there is no device {name!r}"
        help_ = did_you_mean(name, spec.devices)
        scope.error(Code.Q0201, message, path, help_)
    elif spec.devices[name].unimplemented is not None:
        message = f"{name!r} is a stub, which nothing can refer to"
        scope.error(Code.Q0214, message, path, "leave it out")
