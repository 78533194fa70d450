"""What this release of QEMU does not have, and which one does."""

from __future__ import annotations

from collections.abc import Callable

from qgen import diagnostics
from qgen.catalogue import Catalogue, functions, load, releases
from qgen.diagnostics import Code, Help
from qgen.lower.scope import Scope
from qgen.source import Path

Holds = Callable[[Catalogue], bool]


def had_by(own: str, holds: Holds) -> str | None:
    """The other releases for whose catalogue something holds, as help says it."""
    having = [each for each in releases() if each != own and holds(load(each))]
    return _they_have_it(having)


def helper_had_by(own: str, name: str) -> str | None:
    """The other releases that have a function for boards to call."""
    having = [each for each in releases() if each != own and _calls(each, name)]
    return _they_have_it(having)


def _calls(release: str, name: str) -> bool:
    return functions(release).find(name) is not None


def _they_have_it(having: list[str]) -> str | None:
    return diagnostics.had_by(having, releases()) if having else None


def missing(
    scope: Scope,
    code: Code,
    message: str,
    path: Path,
    near: Help,
    found: str | None,
    *,
    key: bool = False,
) -> None:
    """Something is not there: not in this release, which ``found`` says, or in none."""
    if found is not None:
        scope.error(Code.Q0301, message, path, found, key=key)
    else:
        scope.error(code, message, path, near, key=key)
