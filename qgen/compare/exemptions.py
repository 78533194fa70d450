"""What differs between any two machines, whatever a spec says: a short list.

Each entry is data with its reason; a report says how many values each one hid.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from qgen.compare.snapshot import Json
from qgen.frozen import frozen

Same = Callable[[Json, Json], bool]


def anything(ours: Json, upstream: Json) -> bool:
    """Every value is as good as another."""
    return True


@frozen(slots=False)
class Exemption:
    """Differences that are none: where (section, subject and key), which, and why."""

    name: str
    reason: str
    where: str = ""
    same: Same = anything

    def covers(self, place: str, ours: Json, upstream: Json) -> bool:
        """Whether a difference at ``place`` is one of these."""
        return bool(re.search(self.where, place)) and self.same(ours, upstream)


def like(pattern: str) -> Same:
    """Values whose texts are alike but for what ``pattern`` finds in them."""

    def plain(value: Json) -> Json:
        return _texts(value, lambda text: re.sub(pattern, "", text))

    return lambda ours, upstream: plain(ours) == plain(upstream)


def _texts(value: Json, changed: Callable[[str], str]) -> Json:
    """``value`` with each text in it ``changed``."""
    if isinstance(value, str):
        return changed(value)
    if isinstance(value, list):
        return [_texts(item, changed) for item in value]
    if isinstance(value, dict):
        return {key: _texts(item, changed) for key, item in value.items()}
    return value


def among(ours: Json, upstream: Json) -> bool:
    """Lists of which upstream's has all that ours has."""
    lists = isinstance(ours, list) and isinstance(upstream, list)
    return lists and [item for item in upstream if item in ours] == ours


ALWAYS = (
    Exemption(
        "classes in between",
        "upstream's C shares code between machines; what that sets is compared",
        r"^machine class: ancestors$",
        among,
    ),
    Exemption(
        "threads",
        "numbers that the host gives to threads",
        r"^CPUs: .*: thread-id$",
    ),
    Exemption(
        "counters of CPUs",
        "those of RISC-V show the host's time from 11.0 on, also while nothing runs",
        r"^registers: CPU \d+: line ",
        like(r"\bm?(cycle|instret|time)h? +[0-9a-f]+"),
    ),
    Exemption(
        "default machine and alias",
        "one machine of a QEMU is the default, and an alias names one machine",
        r"^machine class: (alias|is[-_]default)$",
    ),
    Exemption(
        "random seeds",
        "the device tree gives the guest new random numbers at every start",
        r"^device tree: .*: (rng-seed|kaslr-seed)$",
    ),
    Exemption(
        "device trees in memory",
        "the device tree is compared by nodes and properties",
        r'^ROMs: .* name="(dtb|fdt)": SHA-256$',
    ),
    Exemption(
        "the time of day",
        "a clock of the guest shows the time at which it is asked",
        r"^properties: .*: property (date|rtc-time)$",
    ),
    Exemption(
        "names that QEMU makes up",
        "a back end without a name gets one with a random number",
        r"^(back ends|properties): ",
        like(r"(?<=#net)\d+|(?<=#block)\d+"),
    ),
    Exemption(
        "the observing monitor",
        "the socket through which qgen looks at each machine",
        r"compat_monitor0",
    ),
)


def own_names(names: Mapping[str, str]) -> Exemption:
    """Names of types that the board itself registers: ``names`` maps them to upstream's.

    QEMU has each name once, so a board that runs beside upstream's needs others.
    """
    pattern = re.compile(
        "|".join(rf"(?<![\w.-]){re.escape(n)}(?![\w.-])" for n in names)
    )

    def translated(value: Json) -> Json:
        return _texts(value, lambda text: pattern.sub(lambda m: names[m[0]], text))

    return Exemption(
        "names of the board's own types",
        "QEMU has each name once, so the board's own types have others",
        same=lambda ours, upstream: bool(names) and translated(ours) == upstream,
    )
