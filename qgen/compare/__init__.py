"""What differs between two running machines, by name.

Pure: snapshots in (`qgen.compare.snapshot`; `qgen.lab.observe` takes them), a
`Comparison` out. Nothing here starts a process or prints.
"""

from __future__ import annotations

from qgen.compare.comparison import Comparison, Difference, Section
from qgen.compare.device_trees import NoReader
from qgen.compare.machines import compare
from qgen.compare.snapshot import Snapshot

__all__ = ["Comparison", "Difference", "NoReader", "Section", "Snapshot", "compare"]
