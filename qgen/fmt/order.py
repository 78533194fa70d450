"""The order of keys, where it has no meaning: of a spec, a device and a region."""

from __future__ import annotations

from qgen.load.written import Entry, Written

SPEC = (
    *("variants", "machine", "soc", "description", "arch", "parent"),
    *("header", "not_user_creatable", "exports", "interfaces", "class", "class_init"),
    *("usb_by_default", "properties", "constants", "map", "socs", "types", "cpus"),
    *("ram", "clocks", "memory", "roms", "buses", "devices", "fw_cfg", "device_tree"),
    *("boot", "hooks"),
)
DEVICE = (
    *("type", "unimplemented", "ide_drives", "call", "inputs", "handler", "name"),
    *("count", "child", "bus", "address", "when", "nic", "properties", "images"),
    *("parts", "clocks", "at", "irqs", "gpios", "full_buses", "alternatives"),
    *("comment", "only"),
)
ALTERNATIVE = ("when", *(key for key in DEVICE if key != "when"))
REGION = (
    *("kind", "of", "offset", "name", "in", "at", "size", "value", "image"),
    *("priority", "owner", "comment", "only"),
)

_INNER = {"devices": DEVICE, "memory": REGION}


def surroundings(path: tuple[str, ...]) -> tuple[str, ...] | None:
    """The order of the keys of the mapping at ``path``; None where it has a meaning.

    An item of a list is the step "-".
    """
    match path:
        case ():
            return SPEC
        case ("variants" | "types", _):
            return SPEC
        case ("variants" | "types", _, *rest) if rest:
            return _inside(tuple(rest))
    return _inside(path)


def _inside(path: tuple[str, ...]) -> tuple[str, ...] | None:
    match path:
        case ("types", _):
            return SPEC
        case ("types", _, *rest) if rest:
            return _inside(tuple(rest))
        case ("devices" | "memory", _):
            return _INNER[path[0]]
        case ("devices", _, "alternatives", "-"):
            return ALTERNATIVE
    return None


def put_in_order(root: Written) -> bool:
    """Put the keys of all such mappings in order.

    False where that parted an anchor from its aliases: then the order must stay.
    """
    first, last = root.entries[0], root.entries[-1]
    _sort(root, ())
    if root.entries[0] is not first:
        _keep_heading(first, root.entries[0])
    if root.entries[-1] is not last:  # what stands at the end is so, too
        last.below, root.entries[-1].below = [], [*root.entries[-1].below, *last.below]
    return _anchors_hold(root, set())


def _sort(node: Written, path: tuple[str, ...]) -> None:
    order = surroundings(path) if node.kind == "mapping" else None
    if order is not None:
        was = [*node.entries]
        node.entries.sort(key=lambda entry: _rank(entry, order))
        if node.entries != was and order is not SPEC:
            for entry in was:  # where a blank line belongs now, nobody can say
                entry.above = [line for line in entry.above if line]
    for entry in node.entries:
        step = "-" if entry.key is None else entry.key.value
        _sort(entry.value, (*path, step))


def _rank(entry: Entry, order: tuple[str, ...]) -> int:
    key = "" if entry.key is None else entry.key.value
    return order.index(key) if key in order else len(order)


def _keep_heading(before: Entry, after: Entry) -> None:
    """What stands at the top of a spec is about all of it."""
    lines = before.above
    while lines and not lines[0]:
        del lines[0]
    last = max((at for at, line in enumerate(lines) if not line), default=len(lines))
    heading, before.above = lines[:last], lines[last:]
    after.above[:0] = heading


def _anchors_hold(node: Written, known: set[str]) -> bool:
    if node.kind == "alias" and node.text[1:] not in known:
        return False
    if not all(_anchors_hold(entry.value, known) for entry in node.entries):
        return False
    if node.anchor is not None:
        known.add(node.anchor)
    return True
