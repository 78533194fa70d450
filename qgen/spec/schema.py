"""What keys a model has, wherever one stands in a document."""

from __future__ import annotations

from functools import cache
from typing import Any

from qgen.spec.model import Model

Loc = tuple[str | int, ...]


class Schema:
    """The JSON schema of a whole document."""

    def __init__(self, model: type[Model]):
        self.whole: Any = model.model_json_schema()

    def keys(self, loc: Loc) -> list[str]:
        """The keys that the model at ``loc`` has."""
        return list(self.at(loc).get("properties", {}))

    def at(self, loc: Loc) -> Any:
        """The schema of what stands at ``loc``."""
        here = self.whole
        for step in loc:
            here = self._step(here, step)
        return self._deref(here)

    def _deref(self, here: Any) -> Any:
        while "$ref" in here or "anyOf" in here:
            if "$ref" in here:
                here = self.whole["$defs"][here["$ref"].rsplit("/", 1)[-1]]
            else:
                here = next(h for h in here["anyOf"] if h.get("type") != "null")
        return here

    def _step(self, here: Any, step: str | int) -> Any:
        here = self._deref(here)
        if "discriminator" in here:
            return {"$ref": here["discriminator"]["mapping"][step]}
        if isinstance(step, int):
            return here["items"]
        if step in here.get("properties", {}):
            return here["properties"][step]
        extra = here.get("patternProperties") or {"": here.get("additionalProperties")}
        return next(iter(extra.values()))


@cache
def schema_of(model: type[Model]) -> Schema:
    """The schema of a model, which takes a while to make."""
    return Schema(model)
