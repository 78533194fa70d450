"""Variants: one spec for several machines, taken apart before anything is validated.

    variants:
      board-a: {cpus: {default: cortex-m3}}     # laid over what all variants share
      board-b: {cpus: {default: cortex-m4}}
    devices:
      uart: {type: pl011, only: [board-a]}      # an entry that only some of them have

Works on plain data, and keeps the place of everything in the text. Knows no other key
than those that name a machine.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple

from qgen.diagnostics import Code, Finding, Help, Rejected, did_you_mean, quoted
from qgen.load import Document
from qgen.source import Node, Path

VARIANTS, ONLY = "variants", "only"
NAMING = ("machine", "soc")
"""The keys that name the QOM type of a spec; without them, a variant's name does."""

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,79}")


class _Part(NamedTuple):
    """A mapping of the document, and where it stands."""

    data: dict[str, Any]
    node: Node


def split(document: Document) -> dict[str | None, Document]:
    """The document of each variant by its name; under None one without variants."""
    if VARIANTS not in document.data:
        return {None: document}
    variants = _Variants(document)
    return {name: variants.document(name) for name in variants.overlays}


def select(document: Document, name: str | None) -> Document:
    """The document of the variant ``name``; None: of a spec without variants."""
    if VARIANTS not in document.data:
        if name is None:
            return document
        raise _rejected(
            document, "this spec has no variants", (), "leave out --variant"
        )
    variants = _Variants(document)
    if name in variants.overlays:
        return variants.document(name)
    known = list(variants.overlays)
    if name is None:
        listed = ", ".join(known[:8]) + ", ..." * (len(known) > 8)
        message, help_ = (
            "this spec has variants: say which",
            f"--variant NAME: {listed}",
        )
        raise _rejected(document, message, (VARIANTS,), help_)
    message = f"there is no variant {quoted(name)}"
    raise _rejected(document, message, (VARIANTS,), did_you_mean(name, known))


def _rejected(document: Document, message: str, path: Path, help_: Help) -> Rejected:
    finding = Finding(Code.Q0108, message, path, help_, key=True)
    return Rejected([finding], document.source)


class _Variants:
    """The variants of one spec; `Rejected` with all that is wrong with them.

    ``overlays`` are what is laid over ``shared``, by the name of the variant.
    """

    def __init__(self, document: Document):
        self._source = document.source
        self._findings: list[Finding] = []
        root = document.source.root
        assert root is not None
        shared = {k: v for k, v in document.data.items() if k != VARIANTS}
        self.shared = _Part(shared, root)
        variants = document.data[VARIANTS]
        if not isinstance(variants, dict) or not variants:
            what = "a mapping of names to what is different is wanted here"
            raise _rejected(
                document, what, (VARIANTS,), f"write {VARIANTS}: {{NAME: {{...}}}}"
            )
        self.overlays: dict[str, _Part] = {}
        for name, overlay in variants.items():
            self._overlay(name, overlay, root.children[VARIANTS].children[name])
        self._judge_only(tuple(variants))
        if not self._findings:
            for key in NAMING:
                self._judge_names(key)
        self._stop()

    def document(self, name: str) -> Document:
        """The spec of one variant."""
        over = self.overlays[name]
        data, node = self._merged(name, self.shared, over, (VARIANTS, name))
        self._stop()
        if not any(key in data for key in NAMING):
            data = {NAMING[0]: name, **data}
            place = over.node.key or over.node.span
            node.children[NAMING[0]] = Node(place, place)
        return Document(data, replace(self._source, root=node))

    def _note(
        self, message: str, path: Path, help_: Help = None, *, key: bool = False
    ) -> None:
        self._findings.append(Finding(Code.Q0108, message, path, help_, key))

    def _stop(self) -> None:
        if self._findings:
            raise Rejected(self._findings, self._source)

    def _overlay(self, name: str, overlay: Any, node: Node) -> None:
        path: Path = (VARIANTS, name)
        if not _NAME.fullmatch(name):
            message = f"{quoted(name)} cannot be the name of a variant"
            help_ = "lower-case letters, digits and . _ - make it up: my-board"
            self._note(message, path, help_, key=True)
        if not isinstance(overlay, dict):
            help_ = "write {} for one that is as what all share"
            self._note("a variant is a mapping of keys to values", path, help_)
            return
        self.overlays[name] = _Part(overlay, node)
        for here, inner in _mappings(path, overlay):
            if _names_of(inner) is not None:
                message = "what stands in a variant is for that variant alone"
                self._note(message, (*here, ONLY), "leave it out", key=True)

    def _judge_only(self, known: tuple[str, ...]) -> None:
        """Each ``only`` names variants that there are, and stands in an entry."""
        for here, inner in _mappings((), self.shared.data):
            listed = _names_of(inner)
            if listed is None:
                continue
            path = (*here, ONLY)
            if not here:
                message = f"{ONLY!r} is for an entry, not for the whole spec"
                self._note(message, path, "leave it out", key=True)
            if not listed:
                self._note("no variant has this", path, f"write {ONLY}: [{known[0]}]")
            for place, name in enumerate(listed):
                if name not in known:
                    message = f"there is no variant {quoted(name)}"
                    help_ = did_you_mean(name, known)
                    self._note(message, (*path, place), help_)

    def _judge_names(self, key: str) -> None:
        """No two variants are one machine."""
        taken: dict[str, str] = {}
        for name, overlay in self.overlays.items():
            own = key in overlay.data
            usual = name if key == NAMING[0] else None
            type_ = overlay.data[key] if own else self.shared.data.get(key, usual)
            if not isinstance(type_, str):
                continue
            if type_ in taken:
                message = f"{taken[type_]!r} and {name!r} are both the {key} {type_!r}"
                path: Path = (VARIANTS, name, key) if own else (key,)
                help_ = f"without {key!r}, a machine is named as its variant"
                self._note(message, path, help_ if key == NAMING[0] else None)
                return
            taken[type_] = name

    def _merged(self, name: str, base: _Part, over: _Part, path: Path) -> _Part:
        """``base`` as the variant ``name`` has it, with ``over`` laid over it."""
        data: dict[str, Any] = {}
        node = Node(base.node.span, base.node.key)
        for key, value in base.data.items():
            if key == ONLY and _names_of(base.data) is not None:
                continue
            listed = _names_of(value)
            if listed is not None and name not in listed:
                if key in over.data:
                    there = ", ".join(listed[:8])
                    message = f"{quoted(key)} is not in this variant, only in {there}"
                    self._note(message, (*path, key), "leave it out", key=True)
                continue
            data[key], node.children[key] = self._value(name, key, base, over, path)
        for key, value in over.data.items():
            if key not in base.data:
                data[key], node.children[key] = value, over.node.children[key]
        return _Part(data, node)

    def _value(
        self, name: str, key: str, base: _Part, over: _Part, path: Path
    ) -> tuple[Any, Node]:
        """What a key of ``base`` holds in the variant ``name``."""
        value, node = base.data[key], base.node.children[key]
        nothing = _Part({}, Node(node.span))
        if key not in over.data:
            if not isinstance(value, dict):
                return value, node
            return self._merged(name, _Part(value, node), nothing, path)
        new, new_node = over.data[key], over.node.children[key]
        here = (*path, key)
        if isinstance(value, dict) and isinstance(new, dict):
            return self._merged(name, _Part(value, node), _Part(new, new_node), here)
        if {type(value), type(new)} == {dict, list}:
            theirs = "mapping" if isinstance(value, dict) else "list"
            message = f"{quoted(key)} is a {theirs} in what all variants share"
            self._note(message, here, f"write a {theirs} here too")
        return new, new_node


def _names_of(value: Any) -> list[str] | None:
    """The variants that ``only`` names in a mapping; None where it has no such key.

    A part may be called ``only`` itself: then the value is a mapping, or a truth value.
    """
    listed = value.get(ONLY) if isinstance(value, dict) else None
    if isinstance(listed, str):
        return [listed]
    if isinstance(listed, list) and all(isinstance(name, str) for name in listed):
        return listed
    return None


def _mappings(
    path: Path, data: dict[str, Any]
) -> Iterator[tuple[Path, dict[str, Any]]]:
    """A mapping and all that are its values, theirs, and so on; not those in lists."""
    yield path, data
    for key, value in data.items():
        if isinstance(value, dict):
            yield from _mappings((*path, key), value)
