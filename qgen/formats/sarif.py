"""SARIF 2.1.0, which GitHub and editors show in place."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from qgen import __version__
from qgen.diagnostics import Code
from qgen.explanations import explanation
from qgen.formats.shown import Shown

_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/"
    "sarif-schema-2.1.0.json"
)
_ROOT = "%SRCROOT%"
"""What relative addresses are relative to: the folder that the command ran in."""


def sarif(findings: Sequence[Shown]) -> str:
    """The findings as one run of a SARIF log; a rule for each code that they have."""
    codes = sorted({f.code for f in findings}, key=lambda code: code.name)
    run = {
        "tool": {
            "driver": {
                "name": "qgen",
                "version": __version__,
                "rules": [_rule(code) for code in codes],
            }
        },
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_ROOT: {"uri": f"{Path.cwd().as_uri()}/"}},
        "results": [_result(f, codes.index(f.code)) for f in findings],
    }
    document = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(document, indent=2) + "\n"


def _rule(code: Code) -> dict[str, Any]:
    story = explanation(code)
    return {
        "id": code.name,
        "shortDescription": {"text": _sentence(code.value)},
        "fullDescription": {"text": story.first},
        "help": {"text": story.plain, "markdown": story.markdown},
    }


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."


def _result(finding: Shown, rule: int) -> dict[str, Any]:
    text = finding.message
    if finding.help:
        text += f"\nhelp: {finding.help}"
    result: dict[str, Any] = {
        "ruleId": finding.code.name,
        "ruleIndex": rule,
        "level": finding.severity,
        "message": {"text": text},
        "locations": [{"physicalLocation": _place(finding)}],
    }
    if finding.reason is not None:
        result["suppressions"] = [
            {"kind": "inSource", "status": "accepted", "justification": finding.reason}
        ]
    return result


def _place(finding: Shown) -> dict[str, Any]:
    span = finding.span
    region: dict[str, Any] = {"startLine": span.line, "startColumn": span.column}
    region |= {"endLine": span.end_line, "endColumn": span.end_column}
    if finding.excerpt and span.line == span.end_line:
        region["snippet"] = {
            "text": finding.excerpt[span.column - 1 : span.end_column - 1]
        }
    return {"artifactLocation": _artifact(finding.file), "region": region}


def _artifact(file: str) -> dict[str, str]:
    """Where a file is: below the folder that the command ran in, or anywhere."""
    here, path = Path.cwd(), Path(file).absolute()
    folder = path.parent.resolve()
    if folder.is_relative_to(here):
        below = (folder / path.name).relative_to(here)
        return {"uri": quote(below.as_posix()), "uriBaseId": _ROOT}
    return {"uri": (folder / path.name).as_uri()}
