"""The machine's own apt sources: where it gets Debian from, and whom it trusts.

Both formats that apt reads are understood, and only entries of the Debian archive are
kept. Nothing here runs apt or changes a file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePath

from qgen.frozen import frozen
from qgen.lab.errors import LabError

KEYRINGS = ("debian-archive-keyring.gpg", "debian-archive-keyring.pgp")

_SCHEME = re.compile(r"(https?|tor\+https?|ftp|file|copy|mirror(\+\w+)?):\S+")
# A codename or a class; suffixes (-updates, -security, -debug) are other archives.
_SUITE = re.compile(r"[a-z]+")
_SNAPSHOT = re.compile(r".*/archive/debian/[0-9TZ]+")
_ONE_LINE = re.compile(r"(deb|deb-src)\s+(?:\[(?P<options>[^\]]*)\]\s+)?(?P<rest>.+)")


@frozen(slots=False)
class Archive:
    """A mirror of the Debian archive, and the keyring file that vouches for it."""

    uri: str
    keyring: str | None


def archives(
    etc: Path = Path("/etc/apt"), keyrings: Path = Path("/usr/share/keyrings")
) -> list[Archive]:
    """The Debian mirrors that apt uses, in its order, each once.

    Raises `LabError` with what to do when there is none.
    """
    default = next(
        (str(keyrings / name) for name in KEYRINGS if (keyrings / name).is_file()), None
    )
    found: dict[str, Archive] = {}
    for entry in _entries(etc):
        if not _is_debian(entry):
            continue
        keyring = _keyring(entry) or default
        for uri in entry.get("uris", "").split():
            if _SCHEME.fullmatch(uri):
                found.setdefault(uri.rstrip("/"), Archive(uri, keyring))
    if not found:
        raise LabError(
            f"apt has no source of the Debian archive in {etc}",
            "add one (sources.list(5)), or give a QEMU source folder, or a .dsc file "
            "and the files that it names",
        )
    return list(found.values())


def _entries(etc: Path) -> Iterator[Mapping[str, str]]:
    """Enabled entries as deb822 fields, names in lower case."""
    parts = etc / "sources.list.d"
    files = [etc / "sources.list"]
    try:
        files += sorted(parts.iterdir()) if parts.is_dir() else []
        for path in files:
            if path.is_file() and path.suffix in (".list", ".sources"):
                text = path.read_text(encoding="utf-8", errors="replace")
                parse = _deb822 if path.suffix == ".sources" else _one_line
                yield from parse(text)
    except OSError as error:
        raise LabError(
            f"apt's sources cannot be read: {error.filename}: {error.strerror}"
        ) from error


def _deb822(text: str) -> Iterator[Mapping[str, str]]:
    fields: dict[str, str] = {}
    last = ""
    for line in [*text.splitlines(), ""]:
        if line.startswith("#"):
            continue
        if not line.strip():
            if fields and fields.get("enabled", "yes").lower() not in ("no", "false"):
                yield fields
            fields, last = {}, ""
        elif line[0].isspace():
            fields[last] = f"{fields.get(last, '')} {line.strip()}"
        else:
            name, _, value = line.partition(":")
            last = name.strip().lower()
            fields[last] = value.strip()


def _one_line(text: str) -> Iterator[Mapping[str, str]]:
    for line in text.splitlines():
        match = _ONE_LINE.fullmatch(line.partition("#")[0].strip())
        if match is None:
            continue
        words = match["rest"].split()
        options = dict(
            word.split("=", 1)
            for word in (match["options"] or "").split()
            if "=" in word
        )
        yield {
            "types": match[1],
            "uris": words[0],
            "suites": words[1] if len(words) > 1 else "",
            "components": " ".join(words[2:]),
            "signed-by": options.get("signed-by", "").replace(",", " "),
        }


def _is_debian(entry: Mapping[str, str]) -> bool:
    """Whether Debian's own archive is meant, and not a third party's.

    A third party may well use Debian's suite names. What tells is the keyring; without
    one, the path: mirrors keep the archive in a folder `debian`.
    """
    if "main" not in entry.get("components", "").split():
        return False
    if not any(_SUITE.fullmatch(suite) for suite in entry.get("suites", "").split()):
        return False
    keyring = _keyring(entry)
    if keyring is not None:
        return PurePath(keyring).name.startswith("debian-archive-")
    return any(
        PurePath(uri.rstrip("/")).stem == "debian" or _SNAPSHOT.fullmatch(uri)
        for uri in entry.get("uris", "").split()
    )


def _keyring(entry: Mapping[str, str]) -> str | None:
    """The entry's keyring file; None when it names none (or a key, not a file)."""
    words = entry.get("signed-by", "").split()
    return words[0] if words and words[0].startswith("/") else None
