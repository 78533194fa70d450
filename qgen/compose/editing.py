"""What editors and people who write specs ask for: no stage is run."""

from __future__ import annotations

import json
from typing import Any


def schema() -> str:
    """The JSON Schema of spec files, as text."""
    from qgen.load import loads
    from qgen.spec.editor import document

    def example(text: str) -> Any:
        return loads(f"example: {text}").data["example"]

    return json.dumps(document(example), indent=1, ensure_ascii=False) + "\n"
