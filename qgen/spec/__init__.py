"""The spec: what a person may write, as frozen pydantic models.

The only package that knows pydantic. ``validate`` turns plain data into a `Spec` or
raises `Rejected` with every finding. What the words mean is for `qgen.lower` to judge.
"""

import os

# qgen has no pydantic plugins; looking through all installed packages for some costs
# a tenth of a cold start.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")

from qgen.spec.model import Soc as SocSpec
from qgen.spec.model import Spec
from qgen.spec.validate import validate

__all__ = ["SocSpec", "Spec", "validate"]
