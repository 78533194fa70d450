"""YAML's events to plain data and nodes, without recursion."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NoReturn

import yaml

from qgen.diagnostics import MAX_FINDINGS, Code, Finding, Rejected, quoted
from qgen.frozen import frozen
from qgen.load.comments import WORD, Scalar, allows
from qgen.load.problems import ambiguities
from qgen.source import START, Allow, Node, Source, Span

MAX_DEPTH = 40
MAX_NODES = 500_000

_YAML_TAG = "tag:yaml.org,2002:"


@frozen
class Document:
    """A spec as plain data (dict, list, str, bool) and where it stands."""

    data: dict[str, Any]
    source: Source


@dataclass(slots=True)
class _Value:
    """What was read; ``size`` counts it with all below it."""

    data: Any
    node: Node
    size: int = 1
    empty: bool = False


@dataclass(slots=True)
class _Open:
    """A mapping or list that has not ended yet; ``key`` waits for its value."""

    data: Any
    node: Node
    anchor: str | None
    mark: Any
    key: _Value | None = None
    size: int = 1


class Builder:
    """Takes the events of one text one by one; `document` gives what they said."""

    def __init__(self, name: str, text: str):
        self._name, self._text = name, text
        self._findings: list[Finding] = []
        self._stack: list[_Open] = []
        self._anchors: dict[str, _Value] = {}
        self._top: _Value | None = None
        self._documents = 0
        self._scalars: list[Scalar] | None = [] if WORD in text else None
        self._allows: tuple[Allow, ...] = ()

    def take(self, event: Any) -> None:
        """Take the next event; `Rejected` where going on makes no sense."""
        kind = type(event)
        if kind is yaml.DocumentStartEvent:
            self._document_starts(event)
        elif self._documents > 1:
            return
        elif kind is yaml.ScalarEvent:
            self._add(self._scalar(event), event.anchor)
        elif kind is yaml.MappingStartEvent:
            self._open(event, {})
        elif kind is yaml.SequenceStartEvent:
            self._open(event, [])
        elif kind in (yaml.MappingEndEvent, yaml.SequenceEndEvent):
            self._close(event)
        elif kind is yaml.AliasEvent:
            self._alias(event)

    def document(self) -> Document:
        """The document; `Rejected` with all that was wrong with it."""
        top = self._top
        if self._scalars is not None:
            found, wrong = allows(Source(self._name, self._text), self._scalars)
            self._allows = tuple(found)
            self._findings += wrong
        if not self._findings:
            help_ = "a spec begins with 'machine: NAME'"
            span = top.node.span if top else START
            if top is None or top.empty:
                self._note(Code.Q0005, "the file is empty", START, help_)
            elif not isinstance(top.data, dict):
                message = "a spec is a mapping of keys to values"
                self._note(Code.Q0005, message, span, help_)
        if self._findings or top is None:
            raise Rejected(self._findings, self._source())
        return Document(top.data, self._source())

    def _source(self) -> Source:
        root = self._top.node if self._top else None
        return Source(self._name, self._text, root, self._allows)

    def _note(
        self, code: Code, message: str, span: Span, help_: str | None = None
    ) -> None:
        self._findings.append(Finding(code, message, help=help_, span=span))
        if len(self._findings) >= MAX_FINDINGS:
            raise Rejected(self._findings, self._source())

    def _stop(self, message: str, span: Span, help_: str | None = None) -> NoReturn:
        finding = Finding(Code.Q0004, message, help=help_, span=span)
        raise Rejected([finding], self._source())

    def _document_starts(self, event: Any) -> None:
        self._documents += 1
        if self._documents == 2:
            self._note(
                Code.Q0008,
                "a second YAML document begins here",
                _span(event),
                "one file describes one machine: move it to a file of its own",
            )

    def _tag(self, event: Any) -> None:
        tag = event.tag
        if tag != "!":
            if tag.startswith(_YAML_TAG):
                tag = "!!" + tag.removeprefix(_YAML_TAG)
            self._note(
                Code.Q0008,
                f"the YAML tag {quoted(tag)} has no meaning in a spec",
                _span(event),
                "leave the tag out",
            )

    def _scalar(self, event: Any) -> _Value:
        if event.tag is not None:
            self._tag(event)
        span, text = _span(event), event.value
        if self._scalars is not None:
            self._scalars.append((span, event.style in ("|", ">")))
        data: Any = text
        plain = not event.style
        if plain:
            for message, help_ in ambiguities(text):
                self._note(Code.Q0007, message, span, help_)
            if text in ("true", "false"):
                data = text == "true"
        return _Value(data, Node(span), empty=plain and not text)

    def _open(self, event: Any, data: Any) -> None:
        if event.tag is not None:
            self._tag(event)
        if len(self._stack) >= MAX_DEPTH:
            self._stop(f"nested deeper than {MAX_DEPTH} levels", _span(event))
        self._stack.append(
            _Open(data, Node(_span(event)), event.anchor, event.start_mark)
        )

    def _close(self, event: Any) -> None:
        done = self._stack.pop()
        start, end = done.mark, event.end_mark
        done.node.span = Span(
            start.line + 1, start.column + 1, end.line + 1, end.column + 1
        )
        self._add(_Value(done.data, done.node, done.size), done.anchor)

    def _alias(self, event: Any) -> None:
        span, name = _span(event), event.anchor
        if any(o.anchor == name for o in self._stack):
            message = f"{quoted('*' + name)} stands inside what it names"
            self._stop(message, span, "write the value itself")
        value = self._anchors.get(name)
        if value is None:
            message = f"{quoted('*' + name)} names no anchor before it"
            help_ = "write the value itself, or quote it to make it text"
            self._note(Code.Q0003, message, span, help_)
            value = _Value("", Node(span))
        # The alias is its own place, the parts below it are where they were written.
        node = Node(span, children=value.node.children)
        self._add(_Value(value.data, node, value.size, value.empty), None)

    def _add(self, value: _Value, anchor: str | None) -> None:
        if anchor is not None:
            self._anchors[anchor] = value
        if not self._stack:
            self._top = value
            return
        into = self._stack[-1]
        into.size += value.size
        if into.size > MAX_NODES:
            self._stop(
                f"expands to more than {MAX_NODES} values",
                value.node.span,
                "anchors that repeat anchors multiply: write fewer",
            )
        if isinstance(into.data, list):
            if value.empty:
                message = "this item of the list has no value"
                help_ = 'give it one, or leave it out; empty text is ""'
                self._note(Code.Q0007, message, value.node.span, help_)
            into.node.children[len(into.data)] = value.node
            into.data.append(value.data)
        elif into.key is None:
            into.key = self._key(value)
        else:
            self._pair(into, into.key, value)
            into.key = None

    def _key(self, value: _Value) -> _Value:
        data, span = value.data, value.node.span
        if isinstance(data, (dict, list)):
            message = "a key is a name, not a list or mapping"
            self._note(Code.Q0008, message, span, "write 'key: value'")
            data = ""
        elif value.empty:
            self._note(Code.Q0007, "a key is missing here", span, "write 'key: value'")
        elif data == "<<":
            self._note(
                Code.Q0008,
                "YAML's merge key '<<' is not used in specs",
                span,
                "repeat the keys, or use an anchor for the whole value",
            )
        elif isinstance(data, bool):
            data = "true" if data else "false"
        return _Value(data, value.node)

    def _pair(self, into: _Open, key: _Value, value: _Value) -> None:
        name, span = key.data, key.node.span
        first = into.node.children.get(name)
        if first is not None:
            at = first.key or first.span
            column = f", column {at.column}" if at.line == span.line else ""
            self._note(
                Code.Q0006,
                f"{quoted(name)} stands here for the second time",
                span,
                f"the first is in line {at.line}{column}: keep one of the two",
            )
            return
        if value.empty:
            self._note(
                Code.Q0007,
                f"{quoted(name)} has no value",
                span,
                'give it one, or leave the key out; empty text is ""',
            )
        value.node.key = span
        into.node.children[name] = value.node
        into.data[name] = value.data


def _span(event: Any) -> Span:
    start, end = event.start_mark, event.end_mark
    return Span(start.line + 1, start.column + 1, end.line + 1, end.column + 1)
