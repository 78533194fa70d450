"""Where qgen keeps what it need not make twice. A leaf."""

from __future__ import annotations

import os
from pathlib import Path


def cache_dir() -> Path:
    """The folder for all that qgen prepares once, absolute; it need not exist.

    $QGEN_CACHE, else $XDG_CACHE_HOME/qgen, else ~/.cache/qgen. RuntimeError where there
    is no home.
    """
    own = os.environ.get("QGEN_CACHE", "")
    shared = os.environ.get("XDG_CACHE_HOME", "")
    if own:
        return Path(own).expanduser().absolute()
    # The XDG rules: a relative path is to be ignored.
    if shared and Path(shared).is_absolute():
        return Path(shared) / "qgen"
    return Path.home() / ".cache" / "qgen"
