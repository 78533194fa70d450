"""Where a person would put something into a list that is more or less sorted. A leaf."""

from __future__ import annotations

from collections.abc import Sequence


def place(keys: Sequence[str], key: str) -> int:
    """Before which of ``keys`` the new ``key`` belongs; their number: behind all.

    Where the fewest neighbours are then out of order, the first such place: that is the
    alphabetical one in a sorted list, and a sensible one in others. Case does not count.
    """
    new = key.casefold()
    smaller = [each.casefold() < new for each in keys]
    wrong = best = smaller.count(True)
    found = 0
    for index, before in enumerate(smaller, 1):
        wrong += -1 if before else 1
        if wrong < best:
            best, found = wrong, index
    return found
