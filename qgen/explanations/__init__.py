"""The long story of each code: what it means, what QEMU would do, how to mend it.

A leaf. Each is a file beside this one, read only when somebody asks. Where a spec can give
the code, it has a wrong example and a right one, which are tests: in the wrong one, the
line with ``# <- here`` is that of the finding.
"""

from __future__ import annotations

import re
from pathlib import Path

from qgen.diagnostics import Code
from qgen.frozen import frozen

_FOLDER = Path(__file__).resolve().parent
_EXAMPLE = re.compile(r"^(Wrong|Right):\n\n```yaml( whole)?\n(.*?)^```$", re.M | re.S)
_NO_EXAMPLE = "No spec gives this."
HEAD = ("machine", "description", "arch")
"""What the examples leave out."""


@frozen(slots=False)
class Explanation:
    """The story of a code as Markdown, and its examples, where a spec can give it.

    ``whole``: the wrong example is a file as it is, not a part of a spec.
    """

    code: Code
    markdown: str
    wrong: str | None
    right: str | None
    whole: bool

    @property
    def first(self) -> str:
        """The first paragraph of the story, as one line."""
        return " ".join(self.markdown.split("\n\n")[1].split())

    @property
    def plain(self) -> str:
        """The story without the marks of Markdown that only a renderer needs."""
        lines = self.markdown.replace("```yaml whole", "```yaml").splitlines()
        shown, inside = [], False
        for line in lines:
            if line.startswith("```"):
                inside = not inside
                continue
            shown.append(f"    {line}".rstrip() if inside else line.removeprefix("# "))
        return "\n".join(shown) + "\n"


def explanation(code: Code) -> Explanation:
    """The story of ``code``."""
    text = (_FOLDER / f"{code.name}.md").read_text(encoding="utf-8")
    found = {kind: (body, whole) for kind, whole, body in _EXAMPLE.findall(text)}
    if not found:
        assert _NO_EXAMPLE in text, f"{code.name} has no example, and does not say why"
        return Explanation(code, text, None, None, False)
    wrong, whole = found["Wrong"]
    return Explanation(code, text, wrong, found["Right"][0], bool(whole))
