"""The drives of -drive if=ide, and the controllers that get them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from qgen.board import Device, IdeController, Place
from qgen.catalogue import Catalogue, DeviceType
from qgen.diagnostics import Code, did_you_mean, quoted
from qgen.lower.inside import NoChild, inside
from qgen.lower.scope import Scope
from qgen.source import Path
from qgen.spec import model
from qgen.spec.model import Composite

_CONTROLLERS = {"macio-ide": 2, "pci-ide": 4}
"""Types, also by their ancestors, that take drives by a function, and how many."""
_TAKES_FIRST = "pci-ide"
"""The type whose function always takes the first drives."""


class Ide:
    """Finds the controllers of one board; ``created`` are the devices so far."""

    def __init__(
        self,
        spec: Composite,
        catalogue: Catalogue,
        created: Mapping[str, DeviceType],
        scope: Scope,
    ):
        self.spec, self.catalogue, self.created = spec, catalogue, created
        self.scope = scope
        self.taken: set[Place] = set()
        self.first: str | None = None

    def lower(self, name: str, written: model.Device, path: Path) -> Device:
        """The drives that the entry ``name`` of the devices stands for."""
        for key in sorted(written.model_fields_set - {"ide_drives", "when", "comment"}):
            message = f"'ide_drives' gives drives to other devices: it has no {key!r}"
            self.scope.error(
                Code.Q0214, message, (*path, key), "leave it out", key=True
            )
        if self.first is not None:
            message = f"{self.first!r} has all drives of -drive if=ide already"
            help_ = "add its controllers to those"
            self.scope.error(Code.Q0214, message, path, help_, key=True)
        controllers = []
        for place, text in enumerate(written.ide_drives):
            found = self._controller(text, (*path, "ide_drives", place))
            if found is not None:
                controllers.append(found)
        first = [c for c in controllers if c.type == _TAKES_FIRST]
        if first and len(controllers) > 1:
            message = f"{first[0].place.device!r} takes the first four drives itself"
            help_ = "it can only be alone"
            self.scope.error(Code.Q0214, message, (*path, "ide_drives"), help_)
        self.first = self.first or name
        done = Device(name, "", None, (), (), (), (), written.comment, path)
        return replace(done, ide=tuple(controllers))

    def _controller(self, text: str, path: Path) -> IdeController | None:
        name, *children = text.split("/")
        if name not in self.created:
            self._no_device(name, path)
            return None
        if self.spec.devices[name].count is not None:
            message = f"there are several {name!r}: name one"
            self.scope.error(Code.Q0214, message, path)
            return None
        try:
            known = inside(self.created[name], children, self.catalogue)
        except NoChild as missing:
            self.scope.error(Code.Q0214, str(missing), path, missing.help)
            return None
        types = () if known is None else (known.name, *known.ancestors)
        kind = next((each for each in types if each in _CONTROLLERS), None)
        if kind is None:
            message = f"{text!r} is no IDE controller that takes drives"
            help_ = f"they are of {' or '.join(map(repr, _CONTROLLERS))}"
            self.scope.error(Code.Q0214, message, path, help_)
            return None
        place = Place(name, None, tuple(children))
        if place in self.taken:
            message = f"{text!r} has its drives already"
            help_ = "a bus has unit 0 and unit 1, each once"
            self.scope.error(Code.Q0214, message, path, help_)
        self.taken.add(place)
        return IdeController(place, kind, _CONTROLLERS[kind])

    def _no_device(self, name: str, path: Path) -> None:
        if self.scope.is_absent(name, path) or self.scope.broken("devices", name):
            return
        message = f"there is no device {quoted(name)}"
        help_: str | None = did_you_mean(name, self.created)
        if name in self.spec.devices:
            message = f"the device {name!r} is created only after this"
            help_ = f"write {name!r} first"
        self.scope.error(Code.Q0201, message, path, help_)
