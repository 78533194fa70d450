"""The parser of YAML that the room uses."""

from __future__ import annotations

from typing import Any

import yaml

# libyaml's parser where PyYAML was built with it: ten times faster, same events.
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
