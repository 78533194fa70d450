"""Text to plain data, with the place of every node. The only module that knows YAML.

The YAML of a spec is the part that all its versions read alike: mappings, sequences and
scalars. What YAML 1.1 and 1.2 read differently (``010``, ``on``, ``1:30``, a repeated
key) is an error, never a value. A plain scalar stays text unless it is ``true`` or
``false``: numbers keep the spelling they were written in, and `qgen.expr` reads them.
"""

from __future__ import annotations

import re
import stat
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any, NoReturn

import yaml

from qgen.diagnostics import Code, Finding, Rejected
from qgen.source import Node, Source, Span

MAX_BYTES = 4 << 20
MAX_DEPTH = 40
MAX_NODES = 500_000

# libyaml's parser where PyYAML was built with it: ten times faster, same events.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_AMBIGUOUS = (
    (
        re.compile(r"(?i:yes|no|on|off)\Z"),
        "is a truth value in YAML 1.1 and text in YAML 1.2",
        "write true or false, or quote it to make it text",
    ),
    (
        re.compile(r"(?:True|TRUE|False|FALSE)\Z"),
        "is spelled in a way that only some YAML readers take for a truth value",
        "write true or false in lower case, or quote it to make it text",
    ),
    (
        re.compile(r"[-+]?0[0-9_]+\Z"),
        "is octal in YAML 1.1 and decimal in YAML 1.2",
        "write a decimal number without the leading zero, or a hexadecimal one with 0x",
    ),
    (
        re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?\Z"),
        "is a number in base 60 in YAML 1.1 and text in YAML 1.2",
        "quote it to make it text",
    ),
    (
        re.compile(r"0[ob][0-7_]+\Z"),
        "is octal or binary only to some YAML readers",
        "write a decimal or a hexadecimal number",
    ),
)


@dataclass(frozen=True, slots=True)
class Document:
    """A spec as plain data (dict, list, str, bool) and where it stands."""

    data: dict[str, Any]
    source: Source


def read(file: FilePath) -> Document:
    """Load the spec in ``file``; `Rejected` with all that is wrong with its text."""
    name = str(file)
    try:
        kind = file.stat().st_mode
        if stat.S_ISDIR(kind):
            _reject(
                name,
                "",
                Code.Q0001,
                "this is a directory, not a spec",
                help_="name a spec file in it",
            )
        size = file.stat().st_size
        if size > MAX_BYTES:
            _too_large(name, size)
        with file.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except OSError as error:
        _reject(name, "", Code.Q0001, f"cannot be read: {error.strerror or error}")
    except ValueError as error:  # a null byte in the name
        _reject(repr(name), "", Code.Q0001, f"cannot be read: {error}")
    if len(raw) > MAX_BYTES:
        _too_large(name, len(raw))
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        column = error.start - (raw.rfind(b"\n", 0, error.start) + 1) + 1
        _reject(
            name,
            "",
            Code.Q0002,
            f"byte 0x{raw[error.start]:02x} is not UTF-8",
            Span(line, column, line, column),
            "save the file as UTF-8",
        )
    return loads(text, name)


def loads(text: str, name: str = "<text>") -> Document:
    """Load a spec from ``text``; ``name`` stands for the file in messages."""
    text = text.removeprefix("\ufeff")
    try:
        builder = _Builder(name, text)
        for event in yaml.parse(text, Loader=_LOADER):
            builder.take(event)
    except yaml.reader.ReaderError as error:
        _unreadable(name, text, error)
    except yaml.MarkedYAMLError as error:
        _malformed(name, text, error)
    except RecursionError:
        _reject(name, text, Code.Q0004, f"nested deeper than {MAX_DEPTH} levels")
    return builder.document()


class _Builder:
    """Builds data and nodes from YAML's events, without recursion."""

    def __init__(self, name: str, text: str):
        self.name, self.text = name, text
        self.findings: list[Finding] = []
        self.stack: list[_Open] = []
        self.anchors: dict[str, _Value] = {}
        self.top: _Value | None = None
        self.documents = 0
        self.nodes = 0

    def take(self, event: Any) -> None:
        match event:
            case yaml.ScalarEvent():
                self._tag(event)
                self._add(self._scalar(event), event.anchor)
            case yaml.MappingStartEvent():
                self._open(event, {})
            case yaml.SequenceStartEvent():
                self._open(event, [])
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                self._close(event)
            case yaml.AliasEvent():
                self._alias(event)
            case yaml.DocumentStartEvent():
                self.documents += 1
                if self.documents == 2:
                    self._note(
                        Code.Q0008,
                        "a second YAML document begins here",
                        _span(event),
                        "one file describes one machine: move it to a file of its own",
                    )

    def document(self) -> Document:
        top = self.top
        root = top.node if top else None
        source = Source(self.name, self.text, root)
        if not self.findings:
            empty = top is None or top.data == ""
            if empty:
                self._note(
                    Code.Q0005,
                    "the file is empty",
                    Span(1, 1, 1, 1),
                    "a spec begins with 'machine: NAME'",
                )
            elif not isinstance(top and top.data, dict):
                self._note(
                    Code.Q0005,
                    "a spec is a mapping of keys to values",
                    root.span if root else Span(1, 1, 1, 1),
                    "a spec begins with 'machine: NAME'",
                )
        if self.findings or top is None:
            raise Rejected(self.findings, source)
        return Document(top.data, source)

    def _note(
        self, code: Code, message: str, span: Span, help_: str | None = None
    ) -> None:
        self.findings.append(Finding(code, message, help=help_, span=span))

    def _stop(self, message: str, span: Span, help_: str | None = None) -> NoReturn:
        _reject(self.name, self.text, Code.Q0004, message, span, help_)

    def _tag(self, event: Any) -> None:
        if event.tag is not None and event.tag != "!":
            self._note(
                Code.Q0008,
                f"a YAML tag ({event.tag}) has no meaning in a spec",
                _span(event),
                "leave the tag out",
            )

    def _scalar(self, event: Any) -> _Value:
        span, text = _span(event), event.value
        data: Any = text
        if event.style is None or event.style == "":
            for pattern, what, help_ in _AMBIGUOUS:
                if pattern.match(text):
                    self._note(Code.Q0007, f"{text} {what}", span, help_)
            if text in ("true", "false"):
                data = text == "true"
            elif text in ("~", "null", "Null", "NULL"):
                self._note(
                    Code.Q0007,
                    f"{text} stands for no value",
                    span,
                    "leave the key out, or quote it to make it text",
                )
        return _Value(data, Node(span), 1)

    def _open(self, event: Any, data: Any) -> None:
        self._tag(event)
        if len(self.stack) >= MAX_DEPTH:
            self._stop(f"nested deeper than {MAX_DEPTH} levels", _span(event))
        self.stack.append(
            _Open(data, Node(_span(event)), event.anchor, event.start_mark)
        )

    def _close(self, event: Any) -> None:
        done = self.stack.pop()
        start, end = done.mark, event.end_mark
        done.node.span = Span(
            start.line + 1, start.column + 1, end.line + 1, end.column + 1
        )
        self._add(_Value(done.data, done.node, done.size), done.anchor)

    def _alias(self, event: Any) -> None:
        span = _span(event)
        if any(o.anchor == event.anchor for o in self.stack):
            self._stop(f"*{event.anchor} stands inside what it names", span)
        value = self.anchors.get(event.anchor)
        if value is None:
            self._note(
                Code.Q0003, f"*{event.anchor} has no &{event.anchor} before it", span
            )
            value = _Value("", Node(span), 1)
        # The alias is its own place, the parts below it are where they were written.
        node = Node(span, children=value.node.children)
        self._add(_Value(value.data, node, value.size), None)

    def _add(self, value: _Value, anchor: str | None) -> None:
        if anchor is not None:
            self.anchors[anchor] = value
        if not self.stack:
            if self.top is None:
                self.top = value
            return
        into = self.stack[-1]
        into.size += value.size
        if into.size > MAX_NODES:
            self._stop(
                f"expands to more than {MAX_NODES} values",
                value.node.span,
                "anchors that repeat anchors multiply: write fewer",
            )
        if isinstance(into.data, list):
            into.node.children[len(into.data)] = value.node
            into.data.append(value.data)
        elif into.key is None:
            into.key = self._key(value)
        else:
            self._pair(into, into.key, value)
            into.key = None

    def _key(self, value: _Value) -> _Value:
        if isinstance(value.data, (dict, list)):
            self._note(
                Code.Q0008, "a key is a name, not a list or mapping", value.node.span
            )
            return _Value("", value.node, 1)
        if value.data == "<<":
            self._note(
                Code.Q0008,
                "YAML's merge key '<<' is not used in specs",
                value.node.span,
                "repeat the keys, or use an anchor for the whole value",
            )
        return _Value(str(value.data), value.node, 1)

    def _pair(self, into: _Open, key: _Value, value: _Value) -> None:
        name = key.data
        first = into.node.children.get(name)
        if first is not None:
            line = first.key.line if first.key else first.span.line
            self._note(
                Code.Q0006,
                f"{name!r} stands here for the second time",
                key.node.span,
                f"the first is in line {line}: keep one of the two",
            )
            return
        if value.data == "" and value.node.span.column == value.node.span.end_column:
            self._note(
                Code.Q0007,
                f"{name!r} has no value",
                key.node.span,
                'give it one, or leave the key out; empty text is ""',
            )
        node = value.node
        if node.key is not None:  # an anchored node that stands under two keys
            node = Node(node.span, children=node.children)
        node.key = key.node.span
        into.node.children[name] = node
        into.data[name] = value.data


@dataclass(slots=True)
class _Value:
    data: Any
    node: Node
    size: int


@dataclass(slots=True)
class _Open:
    data: Any
    node: Node
    anchor: str | None
    mark: Any
    key: _Value | None = None
    size: int = 1


def _span(event: Any) -> Span:
    start, end = event.start_mark, event.end_mark
    return Span(start.line + 1, start.column + 1, end.line + 1, end.column + 1)


def _reject(
    name: str,
    text: str,
    code: Code,
    message: str,
    span: Span | None = None,
    help_: str | None = None,
) -> NoReturn:
    finding = Finding(code, message, help=help_, span=span or Span(1, 1, 1, 1))
    raise Rejected([finding], Source(name, text))


def _too_large(name: str, size: int) -> NoReturn:
    _reject(
        name,
        "",
        Code.Q0004,
        f"the file has {size / (1 << 20):.1f} MiB; a spec has at most {MAX_BYTES >> 20} MiB",
    )


def _unreadable(name: str, text: str, error: yaml.reader.ReaderError) -> NoReturn:
    # libyaml and PyYAML count differently here: find the character ourselves.
    at = next((i for i, c in enumerate(text) if _forbidden(c)), 0)
    line = text.count("\n", 0, at) + 1
    column = at - (text.rfind("\n", 0, at) + 1) + 1
    _reject(
        name,
        text,
        Code.Q0002,
        f"the character U+{ord(text[at]):04X} is not allowed in YAML",
        Span(line, column, line, column + 1),
        "remove it",
    )


def _forbidden(char: str) -> bool:
    code = ord(char)
    return not (
        char in "\t\n\r\x85"
        or 0x20 <= code <= 0x7E
        or 0xA0 <= code <= 0xD7FF
        or (0xE000 <= code <= 0xFFFD and code != 0xFEFF)
        or code >= 0x10000
    )


# libyaml's and PyYAML's words for the mistakes that people make, in ours.
_PROBLEMS = (
    (
        "cannot start any token",
        "a value cannot begin with this character",
        "quote the value (a tab is no indentation)",
    ),
    (
        "found character '\\t'",
        "a tab cannot indent",
        "indent with spaces",
    ),
    (
        "mapping values are not allowed",
        "a ':' cannot stand here",
        "quote the value, or check the indentation of this line",
    ),
    (
        "could not find expected ':'",
        "a ':' is missing after a key",
        "write 'key: value'",
    ),
    (
        "did not find expected ',' or",
        "a ',' or a closing bracket is missing",
        None,
    ),
    (
        "unexpected end of stream",
        "a quoted text is not closed",
        None,
    ),
    (
        "did not find expected key",
        "a key is missing here, or the indentation does not fit",
        "keys of one mapping stand in the same column",
    ),
    (
        "did not find expected '-' indicator",
        "an item of a list is missing here, or the indentation does not fit",
        "items of one list stand in the same column",
    ),
    ("undefined alias", "this alias has no anchor before it", None),
)


def _malformed(name: str, text: str, error: yaml.MarkedYAMLError) -> NoReturn:
    mark = error.problem_mark or error.context_mark
    problem = error.problem or "this is not YAML"
    help_: str | None = None
    for theirs, ours, hint in _PROBLEMS:
        if theirs in problem:
            problem, help_ = ours, hint
            break
    line = mark.line + 1 if mark else 1
    column = mark.column + 1 if mark else 1
    last = text.count("\n") + (not text.endswith("\n"))
    if line > last:  # libyaml points past the end of the file
        line, column = last, len(text.rstrip("\n").rsplit("\n", 1)[-1]) + 1
    if error.context_mark is not None and error.context_mark.line + 1 != line:
        note = f"what it belongs to begins in line {error.context_mark.line + 1}"
        help_ = f"{help_}; {note}" if help_ else note
    _reject(
        name, text, Code.Q0003, problem, Span(line, column, line, column + 1), help_
    )
