"""Frozen dataclasses are what `dataclasses` makes, compiled later."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, dataclass, field, replace
from typing import Any

import pytest

from qgen.frozen import frozen


def classes(decorate: Any, **options: Any) -> tuple[Any, Any]:
    """A class, and one derived from it, as ``decorate`` makes them."""

    @decorate(**options)
    class Base:
        """A base."""

        name: str
        size: int = 4
        tags: list[str] = field(default_factory=list, compare=False, repr=False)

    @decorate(**options)
    class Derived(Base):
        """One more field."""

        at: int = 0

    return Base, Derived


OURS = classes(frozen)
THEIRS = classes(dataclass, frozen=True, slots=True)


@pytest.mark.parametrize(("base", "derived"), [OURS, THEIRS], ids=["ours", "theirs"])
def test_a_frozen_class(base: Any, derived: Any) -> None:
    one, same = base("ram", tags=["x"]), base("ram", 4)
    assert (one, one.tags, same.tags) == (same, ["x"], [])
    assert len({one, same, base("rom")}) == 2
    assert one != derived("ram")
    assert repr(derived("ram", at=8)).endswith("Derived(name='ram', size=4, at=8)")
    assert replace(one, size=5) == base("ram", 5)
    assert replace(one, size=5).tags == ["x"]
    match one:
        case base(name, size):
            assert (name, size) == ("ram", 4)
    with pytest.raises(FrozenInstanceError, match="cannot assign to field 'name'"):
        one.name = "rom"
    with pytest.raises(FrozenInstanceError, match="cannot delete field 'name'"):
        del one.name
    with pytest.raises(
        TypeError, match="missing 1 required positional argument: 'name'"
    ):
        base()
    with pytest.raises(TypeError, match="unexpected keyword argument 'sise'"):
        base("ram", sise=3)
    assert not hasattr(one, "__dict__")


def test_keywords_only() -> None:
    for made, _ in (
        classes(frozen, kw_only=True),
        classes(dataclass, frozen=True, kw_only=True),
    ):
        assert made(name="ram").size == 4
        with pytest.raises(TypeError, match="takes 1 positional argument but 2"):
            made("ram")
