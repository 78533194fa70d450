"""Looks device types up for a person: finds, explains, shows by example, compares."""

from __future__ import annotations

from qgen.lookup.describe import Section, hosts, sections
from qgen.lookup.differ import Change, changes, of_all
from qgen.lookup.example import Example, Impossible
from qgen.lookup.facts import facts
from qgen.lookup.maker import example_of
from qgen.lookup.pick import keys, kind_of, pick, short

__all__ = [
    "Change",
    "Example",
    "Impossible",
    "Section",
    "changes",
    "example_of",
    "facts",
    "hosts",
    "keys",
    "kind_of",
    "of_all",
    "pick",
    "sections",
    "short",
]
