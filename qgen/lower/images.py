"""Image files: what is loaded, and into which region of a device."""

from __future__ import annotations

from collections.abc import Iterator

from qgen.board import DeviceImage, Format, Image, Property
from qgen.catalogue import Catalogue, DeviceType
from qgen.diagnostics import Code, did_you_mean, quoted
from qgen.lower.counts import FLASHES, mmio_of
from qgen.lower.inside import NoChild, inside
from qgen.lower.scope import Scope
from qgen.source import Path
from qgen.spec import model


def lower_image(image: model.Image, path: Path, scope: Scope) -> Image:
    """An image of the board."""
    if (image.file is None) == (image.firmware is None):
        scope.error(
            Code.Q0214,
            "an image has either 'file' or 'firmware'",
            path,
            "firmware: NAME is what -bios replaces, file: NAME is always loaded",
            key=True,
        )
    firmware = image.firmware is not None
    file = image.firmware if isinstance(image.firmware, str) else image.file
    return Image(
        file,
        firmware,
        Format(image.format),
        path,
        kernel_will_do=image.needed == "without-kernel",
    )


def device_images(
    device: model.Device,
    known: DeviceType,
    properties: tuple[Property, ...],
    catalogue: Catalogue,
    path: Path,
    scope: Scope,
) -> Iterator[DeviceImage]:
    """The images that are loaded into regions of a device."""
    if device.images and device.count is not None:
        message = "there are several of this device, and an image is for one"
        help_ = "describe each of them by itself"
        scope.error(Code.Q0214, message, (*path, "images"), help_, key=True)
        return
    flash = _flash(known, properties)
    for written, image in device.images.items():
        here: Path = (*path, "images", written)
        names = tuple(written.split("/"))
        lowered = lower_image(image, here, scope)
        if image.format != "raw":
            message = "an ELF file says where it goes: into a device's region goes none"
            help_ = "leave it out"
            scope.error(Code.Q0214, message, (*here, "format"), help_, key=True)
        if names == flash or _has(known, names, catalogue, here, scope):
            yield DeviceImage(names, lowered)


def _flash(known: DeviceType, properties: tuple[Property, ...]) -> tuple[str, ...]:
    """The region of a parallel flash, which is called by the name that it is given."""
    if known.name not in FLASHES:
        return ()
    regions = mmio_of(known, {p.name: p.value for p in properties})
    return tuple(f"{region.name}[0]" for region in regions)


def _has(
    known: DeviceType,
    names: tuple[str, ...],
    catalogue: Catalogue,
    path: Path,
    scope: Scope,
) -> bool:
    """Whether there is such a region, as far as anybody knows."""
    *children, region = names
    try:
        owner = inside(known, children, catalogue)
    except NoChild as missing:
        scope.error(Code.Q0201, str(missing), path, missing.help, key=True)
        return False
    memories = {} if owner is None else dict(owner.memories)
    if owner is None or region in memories or not owner.realized:
        return True
    message = f"{owner.name!r} has no RAM or ROM {quoted(region)}"
    help_ = did_you_mean(region, memories) or "it has none that QEMU shows"
    scope.error(Code.Q0201, message, path, help_, key=True)
    return False
