"""What the shipped catalogues say of a type, release by release."""

from __future__ import annotations


def releases_with(name: str) -> list[str]:
    """The releases that have a device type called ``name``, oldest first."""
    from qgen import catalogue

    found = ((each, catalogue.load(each)) for each in catalogue.releases())
    return [release for release, known in found if known.find(name) is not None]
