"""Whatever a spec says: findings, or C that means it. Never a traceback, never a hang.

Right specs are changed at random: values exchanged for those of other specs, keys taken
away or given to other devices. ``python tests/test_whatever_is_written.py SEED COUNT``
looks at more of them.
"""

from __future__ import annotations

import copy
import random
import sys
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from test_strings import board_of
from vocabulary import as_yaml

from qgen import compose
from qgen.diagnostics import Rejected
from qgen.load import read

ROOT = Path(__file__).parent.parent
SEEDS = range(6)
EACH = 60
LONGEST = 5.0
"""Seconds that one spec may take, on a machine that does other things as well."""

STRANGE: tuple[Any, ...] = (
    *("0", "1", "-1", "5.0", "4096", "0x1_0000_0000_0000_0000", "0 - 1", "n", "cpu"),
    *("cpus", "n * n + cpu * cpu", "soc/x", "a/b/c/d", "soc[0]", "i2c", "uart[0]"),
    *("cpus[0].irq", "x" * 300, "a + b " * 20, "pci/pci", "31.7", "true", "", True),
    *({"link": "soc"}, {"serial": "0"}, [], {}),
)
KINDS = ("like", "like", "strange", "any", "gone", "key", "device")
Step = tuple[str | int, ...]


@cache
def documents() -> tuple[dict[str, Any], ...]:
    files = [*(ROOT / "tests" / "ok").glob("*.yaml"), *(ROOT / "specs").glob("*.yaml")]
    return tuple(read(file).data for file in sorted(files))


def steps(data: Any, path: Step = ()) -> Iterator[Step]:
    """The ways to all that is in a document."""
    items: list[tuple[str | int, Any]] = []
    if isinstance(data, dict):
        items = list(data.items())
    elif isinstance(data, list):
        items = list(enumerate(data))
    for key, value in items:
        yield (*path, key)
        yield from steps(value, (*path, key))


def at(data: Any, path: Step) -> Any:
    for step in path:
        data = data[step]
    return data


def key_of(path: Step) -> str:
    return next(step for step in reversed(path) if isinstance(step, str))


@cache
def values() -> dict[str, list[Any]]:
    """All values of all documents, by the key that they stand under."""
    found: dict[str, list[Any]] = {}
    for document in documents():
        for path in steps(document):
            found.setdefault(key_of(path), []).append(at(document, path))
    return found


def changed(chance: random.Random) -> dict[str, Any]:
    """A document with one to three changes."""
    document = copy.deepcopy(chance.choice(documents()))
    for _ in range(chance.choice((1, 1, 2, 3))):
        path = chance.choice(list(steps(document)))
        parent, last = at(document, path[:-1]), path[-1]
        devices = document.get("devices")
        others = chance.choice([d["devices"] for d in documents() if "devices" in d])
        match chance.choice(KINDS):
            case "like":
                parent[last] = copy.deepcopy(chance.choice(values()[key_of(path)]))
            case "strange":
                parent[last] = copy.deepcopy(chance.choice(STRANGE))
            case "any":
                some = chance.choice(list(values().values()))
                parent[last] = copy.deepcopy(chance.choice(some))
            case "gone":
                del parent[last]
            case "key" if devices and isinstance(devices, dict):
                device = devices[chance.choice(list(devices))]
                if isinstance(device, dict):
                    other = others[chance.choice(list(others))]
                    key = chance.choice(list(other))
                    device[key] = copy.deepcopy(other[key])
            case "device" if isinstance(devices, dict):
                name = chance.choice(list(others))
                devices[name] = copy.deepcopy(others[name])
    return document


def look(chance: random.Random) -> bool:
    """Whether a changed document means a board; then its C has passed the check."""
    text = as_yaml(changed(chance))
    start = time.monotonic()
    try:
        compose.render(board_of(text))
    except Rejected:
        return False
    except Exception as error:
        raise AssertionError(f"{text}\n{error!r}") from error
    finally:
        assert time.monotonic() - start < LONGEST, text
    return True


@pytest.mark.parametrize("seed", SEEDS)
def test_a_changed_spec_is_refused_or_means_a_board(seed: int) -> None:
    chance = random.Random(seed)
    boards = sum(look(chance) for _ in range(EACH))
    assert EACH // 10 < boards < EACH


if __name__ == "__main__":
    wanted = random.Random(int(sys.argv[1]))
    for _ in range(int(sys.argv[2])):
        try:
            look(wanted)
        except AssertionError as error:
            print(error, flush=True)
