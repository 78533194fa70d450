"""The error of catalogues."""

from __future__ import annotations


class CatalogueError(ValueError):
    """A catalogue file that is damaged, or of another format."""
