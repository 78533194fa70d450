"""How long the stages take."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

T = TypeVar("T")


@dataclass
class Timing:
    """Seconds that each stage took, in order."""

    parts: dict[str, float] = field(default_factory=dict)

    def measure(self, name: str, work: Callable[[], T]) -> T:
        """Run ``work`` and note how long it took under ``name``."""
        start = time.perf_counter()
        try:
            return work()
        finally:
            spent = time.perf_counter() - start
            self.parts[name] = self.parts.get(name, 0.0) + spent
