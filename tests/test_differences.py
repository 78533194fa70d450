"""Every kind of difference between two machines, and the words for it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from qgen.compare import Comparison, Snapshot, compare
from qgen.compare.device_trees import NoReader
from qgen.compare.exemptions import ALWAYS
from qgen.compare.snapshot import Object, Property, Region

UART = "/machine/soc/uart[0]"
GIC = "/machine/soc/gic"


def device(type_: str, **properties: Any) -> Object:
    typed = {
        name.replace("_", "-"): Property("uint32", value)
        for name, value in properties.items()
    }
    return Object(type_, typed)


def tree(*inner: Region) -> Region:
    return Region("system", 0, 1 << 64, 0, "i/o", inner=inner)


RAM = Region("ram", 0, 0x8000, 0, "ram")
FLASH = Region("flash", 0x10000, 0x1000, 0, "rom")
OBJECTS = {
    "/": Object("container"),
    "/machine": Object("board-machine"),
    "/machine/soc": Object("soc"),
    UART: device("uart", baudrate=115200),
    GIC: device("gic"),
}
BOARD = Snapshot(
    machine="board",
    types=frozenset({"uart", "gic", "soc"}),
    ancestors=("machine", "object"),
    class_fields={"no_cdrom": False, "default_nic": "lan9118", "default_ram_id": None},
    class_properties={"graphics": {"type": "bool", "default": True}},
    listed={"name": "board", "cpu-max": 1, "acpi": False},
    objects=OBJECTS,
    spaces={"memory": (("0x0-0x7fff", "ram, ram"), ("0x10000-0x10fff", "flash, rom"))},
    trees={"memory": tree(RAM, FLASH)},
    lists={
        "CPUs": {"0": {"qom-path": "/machine/cpu", "thread-id": 7, "target": "arm"}},
        "drive": {"floppy0": {"locked": False}},
        "network": {"line 1": {"text": "hub 0"}, "line 2": {"text": "x: #net12: up"}},
    },
    firmware={"key 0x0005": "0100"},
    roms={'addr=0 size=0x1 mem=ram name="cmdline"': "aa"},
    registers={"CPU 0": ("R00=0", "PC=0")},
)


def texts(ours: Snapshot, upstream: Snapshot = BOARD) -> list[str]:
    return [f"{d.section.value}: {d.text}" for d in compare(ours, upstream).differences]


def with_objects(**changed: Any) -> Snapshot:
    """The board with other objects; None takes one away, with all in it."""
    return replace(BOARD, objects=_objects(changed))


def _objects(changed: dict[str, Object | None]) -> dict[str, Object]:
    objects: dict[str, Object | None] = {**OBJECTS, **changed}
    return {path: each for path, each in objects.items() if each is not None}


def test_a_machine_is_identical_to_itself() -> None:
    found = compare(BOARD, BOARD)
    assert found.identical
    assert found.differences == ()
    assert found.exempt == {}
    assert found.counts == {
        "class fields": 3,
        "class properties": 1,
        "address spaces": 1,
        "ranges": 2,
        "regions": 3,
        "objects": 5,
        "properties": 1,
        "CPUs": 1,
        "back ends": 3,
        "items of fw_cfg": 1,
        "ROMs": 1,
        "lines of registers": 2,
    }


def changed(**fields: Any) -> Snapshot:
    return replace(BOARD, **fields)


ONE = {
    "a field of the class": (
        changed(class_fields={**BOARD.class_fields, "no_cdrom": True}),
        "machine class: no_cdrom is true, upstream has false",
    ),
    "a field that is not set": (
        changed(class_fields={**BOARD.class_fields, "default_nic": None}),
        "machine class: default_nic is not set, upstream has 'lan9118'",
    ),
    "a field that is set": (
        changed(class_fields={**BOARD.class_fields, "default_ram_id": "ram"}),
        "machine class: default_ram_id is 'ram', not set upstream",
    ),
    "what QEMU lists": (
        changed(listed={"name": "board", "cpu-max": 2, "acpi": True}),
        "machine class: query-machines: acpi is true, upstream has false",
    ),
    "ancestors": (
        changed(ancestors=("x86-machine", "machine", "object")),
        "machine class: ancestors is ['x86-machine', 'machine', 'object'], "
        "upstream has ['machine', 'object']",
    ),
    "a property of the class": (
        changed(class_properties={}),
        "machine class: only upstream has property graphics (bool)",
    ),
    "the default of a property of the class": (
        changed(class_properties={"graphics": {"type": "bool", "default": False}}),
        "machine class: property graphics: default is false, upstream has true",
    ),
    "a range": (
        changed(spaces={"memory": (("0x0-0x7fff", "ram, ram"),)}),
        "memory map: only upstream has memory 0x10000-0x10fff (flash, rom)",
    ),
    "what is in a range": (
        changed(
            spaces={"memory": (("0x0-0x7fff", "sram, ram"), BOARD.spaces["memory"][1])}
        ),
        "memory map: memory 0x0-0x7fff is 'sram, ram', upstream has 'ram, ram'",
    ),
    "an address space": (
        changed(spaces={}),
        "memory map: only upstream has the address space 'memory'",
    ),
    "a priority": (
        changed(trees={"memory": tree(RAM, replace(FLASH, priority=1))}),
        "region tree: memory/flash: priority is 1, upstream has 0",
    ),
    "the kind of a region": (
        changed(trees={"memory": tree(RAM, replace(FLASH, kind="romd"))}),
        "region tree: memory/flash: kind is 'romd', upstream has 'rom'",
    ),
    "the size of a region": (
        changed(trees={"memory": tree(replace(RAM, size=0x4000), FLASH)}),
        "region tree: memory/ram: size is 0x4000, upstream has 0x8000",
    ),
    "a region that is off": (
        changed(trees={"memory": tree(replace(RAM, enabled=False), FLASH)}),
        "region tree: memory/ram: enabled is false, upstream has true",
    ),
    "a region": (
        changed(trees={"memory": tree(RAM, FLASH, replace(RAM, name="more"))}),
        "region tree: only the spec has memory/more "
        "(at 0x0, size 0x8000, priority 0, ram)",
    ),
    "a region with others in it": (
        changed(trees={"memory": tree(RAM, FLASH, replace(tree(RAM), name="bus"))}),
        "region tree: only the spec has memory/bus (at 0x0, "
        "size 0x10000000000000000, priority 0, i/o, with 1 regions in it)",
    ),
    "an object": (
        with_objects(**{GIC: None}),
        f"objects: only upstream has {GIC} (gic)",
    ),
    "an object with others in it": (
        with_objects(**{"/machine/soc": None, UART: None, GIC: None}),
        "objects: only upstream has /machine/soc (soc, with 2 more in it)",
    ),
    "a type": (
        with_objects(**{GIC: device("arm-gic")}),
        f"objects: {GIC}: type is 'arm-gic', upstream has 'gic'",
    ),
    "a property": (
        with_objects(**{UART: device("uart", baudrate=9600)}),
        f"properties: {UART}: property baudrate is 9600, upstream has 115200",
    ),
    "a property that only one has": (
        with_objects(**{UART: device("uart", baudrate=115200, rx_size=16)}),
        f"properties: {UART}: only the spec has property rx-size (uint32, 16)",
    ),
    "the type of a property": (
        with_objects(
            **{UART: Object("uart", {"baudrate": Property("uint64", 115200)})}
        ),
        f"properties: {UART}: the type of property baudrate is 'uint64', "
        "upstream has 'uint32'",
    ),
    "a fact": (
        with_objects(**{GIC: Object("gic", {}, {"id": "gic0"})}),
        f"properties: {GIC}: only the spec has id (gic0)",
    ),
    "a CPU": (
        changed(lists={**BOARD.lists, "CPUs": {}}),
        "CPUs: only upstream has CPU 0",
    ),
    "what a CPU is": (
        changed(
            lists={
                **BOARD.lists,
                "CPUs": {"0": {**BOARD.lists["CPUs"]["0"], "target": "ppc"}},
            }
        ),
        "CPUs: CPU 0: target is 'ppc', upstream has 'arm'",
    ),
    "a back end": (
        changed(lists={**BOARD.lists, "drive": {}}),
        "back ends: only upstream has drive floppy0",
    ),
    "what a back end is": (
        changed(lists={**BOARD.lists, "drive": {"floppy0": {"locked": True}}}),
        "back ends: drive floppy0: locked is true, upstream has false",
    ),
    "firmware configuration": (
        changed(firmware={"key 0x0005": "0200"}),
        "firmware configuration: key 0x0005 is '0200', upstream has '0100'",
    ),
    "a ROM": (
        changed(roms={}),
        'ROMs: only upstream has addr=0 size=0x1 mem=ram name="cmdline"',
    ),
    "what a ROM holds": (
        changed(roms={'addr=0 size=0x1 mem=ram name="cmdline"': "bb"}),
        "ROMs: addr=0 size=0x1 mem=ram name=\"cmdline\": SHA-256 is 'bb', "
        "upstream has 'aa'",
    ),
    "registers": (
        changed(registers={"CPU 0": ("R00=0", "PC=4")}),
        "registers: CPU 0: line 2 is 'PC=4', upstream has 'PC=0'",
    ),
    "another number of registers": (
        changed(registers={"CPU 0": ("R00=0",)}),
        "registers: CPU 0: number of lines is 1, upstream has 2",
    ),
    "a device tree": (
        changed(device_tree=b"abc"),
        "device tree: only the spec has a device tree "
        "(3 bytes, SHA-256 ba7816bf8f01cfea)",
    ),
}


@pytest.mark.parametrize("what", ONE)
def test_one_thing_that_differs_is_one_difference(what: str) -> None:
    ours, wanted = ONE[what]
    assert texts(ours) == [wanted]


def rows(*kinds: str) -> dict[str, Object]:
    """Devices that only have a number, each known by its type."""
    names = {f"/machine/soc/device[{n}]": device(kind) for n, kind in enumerate(kinds)}
    return {**OBJECTS, **names}


def test_a_device_more_does_not_make_all_later_ones_differ() -> None:
    ours = replace(BOARD, objects=rows("a", "c", "d"))
    upstream = replace(BOARD, objects=rows("a", "b", "c", "d"))
    assert texts(ours, upstream) == [
        "objects: only upstream has /machine/soc/device[1] (b)",
        "objects: /machine/soc/device[1..2]: name is 'device[1..2]', "
        "upstream has 'device[2..3]'",
    ]


def test_of_alike_devices_the_one_that_looks_alike_is_the_same() -> None:
    def uarts(*addresses: int) -> Snapshot:
        found = {
            f"/machine/soc/device[{n}]": Object(
                "uart", {}, {"mmio": [{"region": "uart", "addr": addr}]}
            )
            for n, addr in enumerate(addresses)
        }
        return replace(BOARD, objects={**OBJECTS, **found})

    assert texts(uarts(0x1000, 0x3000), uarts(0x1000, 0x2000, 0x3000)) == [
        "objects: only upstream has /machine/soc/device[1] (uart)",
        "objects: /machine/soc/device[1]: name is 'device[1]', upstream has 'device[2]'",
    ]


def wired(to: str, *kinds: str) -> Snapshot:
    uart = Object("uart", {"sysbus-irq[0]": Property("link<irq>", to)})
    return replace(BOARD, objects={**rows(*kinds), UART: uart})


def test_a_wire() -> None:
    assert texts(wired(f"{GIC}/in[1]"), wired(f"{GIC}/in[2]")) == [
        f"wires: {UART}: sysbus-irq[0] is {GIC}/in[1], upstream has {GIC}/in[2]"
    ]


def test_a_wire_that_only_one_has() -> None:
    upstream = wired(f"{GIC}/in[2]")
    ours = replace(upstream, objects={**upstream.objects, UART: Object("uart")})
    assert texts(ours, upstream) == [
        f"wires: {UART}: only upstream has sysbus-irq[0] (link<irq>, {GIC}/in[2])"
    ]


def test_a_wire_to_a_device_of_another_number_is_the_same_wire() -> None:
    ours = wired("/machine/soc/device[0]", "b")
    upstream = wired("/machine/soc/device[1]", "a", "b")
    assert texts(ours, upstream) == [
        "objects: only upstream has /machine/soc/device[0] (a)",
        "objects: /machine/soc/device[0]: name is 'device[0]', upstream has 'device[1]'",
    ]


def clocked(period: int, derived: int) -> Snapshot:
    def clock(period: int, source: str | None = None) -> Object:
        return Object("clock", {}, {"period": period, "source": source})

    clocks = {
        "/machine/sys": clock(period),
        "/machine/uart": clock(derived, "/machine/sys"),
    }
    return replace(BOARD, objects={**OBJECTS, **clocks})


def test_a_clock_is_told_of_once_not_all_that_it_drives() -> None:
    hz = 10**9 << 32
    assert texts(clocked(hz // 8000, hz // 4000), clocked(hz // 1000, hz // 500)) == [
        "wires: /machine/sys: frequency is '8000 Hz, period 536870912000000', "
        "upstream has '1000 Hz, period 4294967296000000'"
    ]
    assert texts(clocked(0, hz // 4000), clocked(0, 0)) == [
        "wires: /machine/uart: frequency is '4000 Hz, period 1073741824000000', "
        "upstream has 'off'"
    ]


def on_bus(*devices: str) -> Snapshot:
    links = {f"child[{n}]": Property("link<d>", path) for n, path in enumerate(devices)}
    return replace(BOARD, objects={**OBJECTS, "/machine/soc/bus": Object("bus", links)})


def test_which_devices_sit_on_a_bus_and_in_which_order() -> None:
    assert texts(on_bus(UART, GIC), on_bus(GIC, UART)) == [
        f"objects: /machine/soc/bus: the order of its devices is [{UART}, {GIC}], "
        f"upstream has [{GIC}, {UART}]"
    ]
    assert texts(on_bus(UART), on_bus(UART, GIC)) == [
        f"objects: /machine/soc/bus: only upstream has a device on this bus ({GIC})"
    ]


def region(path: str, priority: int, container: str | None) -> dict[str, Object]:
    properties = {
        "priority": Property("uint32", priority),
        "container": Property("link<memory-region>", container),
    }
    return {path: Object("memory-region", properties, {"name": path[9:]})}


def test_what_the_region_tree_shows_of_a_region_is_told_of_there() -> None:
    def board(priority: int, root: str) -> Snapshot:
        root = f"/machine/{root}"
        inner = region("/machine/flash", priority, root)
        return replace(BOARD, objects={**OBJECTS, **region(root, 0, None), **inner})

    assert texts(board(1, "system"), board(0, "system")) == []
    assert texts(board(1, "unseen"), board(0, "unseen")) == [
        "properties: /machine/flash: property priority is 1, upstream has 0"
    ]


def test_address_spaces_with_the_same_differences_are_told_of_together() -> None:
    def board(*names: str) -> Snapshot:
        ranges = tuple(("0x0-0xfff", name) for name in names)
        spaces = dict.fromkeys(("cpu-memory-0", "cpu-memory-1", "memory"), ranges)
        return replace(BOARD, spaces=spaces)

    assert texts(board("a"), board("b")) == [
        "memory map: memory (and 2 more) 0x0-0xfff is 'a', upstream has 'b'"
    ]


def test_a_region_in_several_trees_is_told_of_once() -> None:
    def board(flash: Region) -> Snapshot:
        system = tree(RAM, flash)
        return replace(
            BOARD, trees={"memory": system, "cpu": replace(tree(system), name="cpu")}
        )

    assert texts(board(replace(FLASH, priority=1)), board(FLASH)) == [
        "region tree: memory/flash: priority is 1, upstream has 0"
    ]


def exempt(found: Comparison) -> dict[str, int]:
    return {each.name: number for each, number in found.exempt.items()}


def test_names_that_the_board_registers_are_no_difference() -> None:
    objects = {
        **OBJECTS,
        "/machine": Object("board-qgen-machine"),
        "/machine/soc": Object("soc-qgen"),
    }
    ours = replace(
        BOARD,
        machine="board-qgen",
        types=BOARD.types | {"soc-qgen"},
        listed={**BOARD.listed, "name": "board-qgen"},
        objects=objects,
    )
    found = compare(ours, BOARD)
    assert found.identical
    assert exempt(found) == {"names of the board's own types": 3}


def test_a_type_of_another_name_is_a_difference() -> None:
    ours = replace(
        with_objects(**{"/machine/soc": Object("my-soc")}),
        types=BOARD.types | {"my-soc"},
    )
    assert texts(ours) == [
        "objects: /machine/soc: type is 'my-soc', upstream has 'soc'"
    ]


def test_threads_and_made_up_names_are_no_difference() -> None:
    cpu = {**BOARD.lists["CPUs"]["0"], "thread-id": 8}
    network = {"line 1": {"text": "hub 0"}, "line 2": {"text": "x: #net99: up"}}
    ours = replace(BOARD, lists={**BOARD.lists, "CPUs": {"0": cpu}, "network": network})
    found = compare(ours, BOARD)
    assert found.identical
    assert exempt(found) == {"threads": 1, "names that QEMU makes up": 1}


def test_made_up_names_may_lie_deep() -> None:
    def drives(number: int, file: str = "flash.img") -> dict[str, Any]:
        inside = [{"node-name": f"#block{number}", "child": "file"}]
        return {"mtd0": {"inserted": {"file": file, "children": inside}}}

    board, upstream, other = (
        replace(BOARD, lists={**BOARD.lists, "drive": each})
        for each in (drives(12), drives(345), drives(12, "other.img"))
    )
    assert compare(board, upstream).identical
    assert exempt(compare(board, upstream)) == {"names that QEMU makes up": 1}
    assert len(texts(other, upstream)) == 1


def test_a_made_up_name_hides_nothing_else() -> None:
    network = {"line 1": {"text": "hub 0"}, "line 2": {"text": "x: #net12: down"}}
    assert texts(replace(BOARD, lists={**BOARD.lists, "network": network})) == [
        "back ends: network line 2: text is 'x: #net12: down', "
        "upstream has 'x: #net12: up'"
    ]


def test_classes_that_only_share_c_are_no_difference() -> None:
    upstream = replace(BOARD, ancestors=("boards-of-a-kind", *BOARD.ancestors))
    found = compare(BOARD, upstream)
    assert found.identical
    assert exempt(found) == {"classes in between": 1}


def test_a_long_row_of_alike_objects_takes_no_time() -> None:
    lines = 5000 * ["irq"]
    ours, upstream = rows(*lines), rows(*lines, "irq")
    assert texts(replace(BOARD, objects=ours), replace(BOARD, objects=upstream)) == [
        "objects: only upstream has /machine/soc/device[5000] (irq)"
    ]


def test_exemptions_are_few_and_each_has_its_reason() -> None:
    assert len(ALWAYS) <= 10
    assert all(each.reason and each.where for each in ALWAYS)


def blob(**properties: Any) -> bytes:
    fdt = pytest.importorskip("fdt")
    made = fdt.FDT()
    for name, value in properties.items():
        path = "/chosen" if name == "rng_seed" else "/uart@1000"
        kind = fdt.PropWords if isinstance(value, int) else fdt.PropStrings
        made.add_item(kind(name.replace("_", "-"), value), path, create=True)
    return bytes(made.to_dtb(version=17))


def trees(ours: bytes, upstream: bytes) -> Comparison:
    board, other = (replace(BOARD, device_tree=each) for each in (ours, upstream))
    return compare(board, other)


def test_device_trees_node_by_node_and_property_by_property() -> None:
    upstream = blob(compatible="arm,pl011", reg=0x1000)
    found = trees(blob(compatible="arm,pl010"), upstream)
    assert [each.text for each in found.differences] == [
        "/uart@1000: compatible is '\"arm,pl010\"', upstream has '\"arm,pl011\"'",
        "/uart@1000: only upstream has reg (<0x1000>)",
    ]
    assert found.counts["bytes of device tree"] == len(upstream)
    found = trees(blob(rng_seed=1), blob(reg=1))
    assert [each.text for each in found.differences] == [
        "only the spec has /chosen",
        "only upstream has /uart@1000",
    ]


def test_random_seeds_of_a_device_tree_are_no_difference() -> None:
    found = trees(blob(rng_seed=1), blob(rng_seed=2))
    assert found.identical
    assert exempt(found) == {"random seeds": 1}


def test_the_order_in_a_device_tree_is_a_difference() -> None:
    found = trees(blob(reg=1, compatible="a"), blob(compatible="a", reg=1))
    assert [each.text for each in found.differences] == [
        "/uart@1000: first of properties out of order is 'reg', "
        "upstream has 'compatible'"
    ]


def test_bytes_of_a_device_tree_that_differ_for_no_reason_are_a_difference() -> None:
    same = blob(reg=1)
    found = trees(same + b"\0\0\0\0", same)
    (only,) = found.differences
    assert only.text.startswith(f"/: other bytes is '{len(same) + 4} bytes, SHA-256 ")


def test_without_the_reader_of_device_trees_that_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "fdt", None)
    with pytest.raises(NoReader):
        trees(b"a", b"b")
