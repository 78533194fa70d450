"""Catalogue files as files: what is left out of a line, and what a damaged one says."""

from __future__ import annotations

import gzip
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgen import catalogue
from qgen.catalogue import CatalogueError, Mmio

SMALL = {
    catalogue.HEADER: {
        "format": catalogue.FORMAT,
        "release": "0.1",
        "version": "0.1.0",
        "targets": ["vax"],
        "cpu_models": {},
        "buses": {
            "bus": {"parent": "object", "abstract": True},
            "sd-bus": {"parent": "bus", "max_dev": 1},
            "sdhci-bus": {"parent": "sd-bus"},
        },
        "enums": {"Order": ["big", "little"]},
    },
    "base": {"parent": "object", "abstract": True, "properties": [["a", "bool"]]},
    "chooser": {"parent": "base", "properties": [["b", "Order", "big"]]},
    "outer": {
        "parent": "object",
        "children": [["one", "thing"], ["two", "thing"]],
        "parts": {"one": {"type": "thing", "irqs": 2}, "two/in": {"type": "chooser"}},
    },
    "thing": {"parent": "base", "dropped": ["a"], "mmio": [["thing", 4096]]},
}


def small(**changed: object) -> bytes:
    lines = [f"{key}\t{json.dumps(each)}\n" for key, each in (SMALL | changed).items()]
    return gzip.compress("".join(lines).encode(), mtime=0)


def test_a_type_can_lack_what_its_parent_has() -> None:
    known = catalogue.parse(small(), "x")
    base, thing = known.find("base"), known.find("thing")
    assert base is not None and thing is not None
    assert [each.name for each in base.properties] == ["a"]
    assert thing.properties == ()
    assert thing.mmio == (Mmio("thing", 4096),)


def test_choices_come_from_the_type_of_the_property() -> None:
    chooser = catalogue.parse(small(), "x").find("chooser")
    assert chooser is not None
    order = chooser.property("b")
    assert order is not None and order.choices == ("big", "little")


def test_parts_stand_before_the_types_of_children() -> None:
    known = catalogue.parse(small(), "x")
    one, two, inner = (known.part("outer", p) for p in ("one", "two", "two/in"))
    assert one is not None and (one.name, one.irqs, one.mmio) == ("thing", 2, ())
    assert two == known.find("thing")
    assert inner is not None and inner.name == "chooser"
    assert known.part("outer", "one/in") is None


def test_buses_that_go_in_circles_come_to_an_end() -> None:
    header = dict(SMALL[catalogue.HEADER])
    header["buses"] = {"a": {"parent": "b"}, "b": {"parent": "a"}, "c": 7}
    known = catalogue.parse(small(**{catalogue.HEADER: header}), "some/where")
    circle = known.bus("a")
    assert circle is not None and circle.takes("b")
    with pytest.raises(CatalogueError, match=r"^some/where is damaged"):
        known.bus("c")


@pytest.mark.parametrize(
    "packed",
    [
        b"",
        b"no gzip",
        small()[:-1],
        gzip.compress(b"", mtime=0),
        gzip.compress(b"\xff\xfe", mtime=0),
        gzip.compress(b"pl011\t{}\n", mtime=0),
        gzip.compress(catalogue.HEADER.encode() + b"\t[]\n", mtime=0),
        small(**{catalogue.HEADER: {"format": 99}}),
        small(**{catalogue.HEADER: {"format": catalogue.FORMAT}}),
        gzip.compress(bytes(70_000_000), 1, mtime=0),
    ],
    ids=range(10),
)
def test_a_damaged_file_is_an_error_that_names_it(packed: bytes) -> None:
    with pytest.raises(CatalogueError, match=r"^some/where (is|has) "):
        catalogue.parse(packed, "some/where")


@pytest.mark.parametrize(
    "line",
    [
        [],
        {},
        {"parent": "gone"},
        {"parent": "thing"},
        {"parent": "object", "mmio": [["thing"]]},
        {"parent": "object", "mmio": 7},
        {"parent": "object", "properties": [[]]},
        {"parent": "object", "properties": [7]},
        {"parent": "object", "child_buses": ["abc"]},
        {"parent": "object", "parts": ["one"]},
        {"parent": "object", "parts": {"one": {}}},
    ],
)
def test_a_damaged_line_is_an_error_that_names_it(line: object) -> None:
    known = catalogue.parse(small(thing=line), "some/where")
    for _ in range(2):
        with pytest.raises(CatalogueError, match=r"^some/where is damaged at 'thing'"):
            known.find("thing")
    assert known.find("base") is not None


@given(position=st.integers(0, 1 << 30), byte=st.integers(0, 255))
def test_no_changed_byte_is_a_traceback(position: int, byte: int) -> None:
    text = bytearray(gzip.decompress(small()))
    text[position % len(text)] = byte
    try:
        known = catalogue.parse(gzip.compress(bytes(text)), "some/where")
        list(known)
        known.nearest("thin")
        known.cpu_models("vax")
        known.bus("sdhci-bus")
        known.part("outer", "one")
    except CatalogueError as error:
        assert str(error).startswith("some/where ")
