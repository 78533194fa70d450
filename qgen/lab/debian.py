"""QEMU's source package from Debian, by way of the machine's own mirror and keys.

apt works with a private configuration below the cache: the machine's lists, caches
and settings are not touched, and nothing is accepted that a Debian key did not sign.
"""

from __future__ import annotations

import os
import re
import shutil
from contextlib import AbstractContextManager
from pathlib import Path

from qgen.lab import dsc, process, toolchain
from qgen.lab.apt_sources import Archive, archives
from qgen.lab.errors import LabError
from qgen.lab.progress import Progress
from qgen.lab.sdk import cache_dir

# The suites whose QEMU stays at one release. Any other release can only be in sid.
SUITES = {"7.2": "bookworm", "10.0": "trixie"}
_NEWEST = "sid"

_CONFIGURATION = """\
Dir::Etc::SourceList "/dev/null";
Dir::Etc::SourceParts "{folder}/parts";
Dir::Etc::Preferences "/dev/null";
Dir::Etc::PreferencesParts "/dev/null";
Dir::State::Lists "{folder}/lists";
Dir::Cache "{folder}/cache";
Dir::Cache::Archives "{folder}/cache/archives";
Acquire::AllowInsecureRepositories "false";
Acquire::AllowDowngradeToInsecureRepositories "false";
APT::Get::AllowUnauthenticated "false";
APT::Update::Error-Mode "any";
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
"""


def fetch(release: str, progress: Progress) -> Path:
    """The `.dsc` of Debian's QEMU `release` ("10.0"), with its files beside it.

    What was fetched once is kept and used again without the network. `LabError` when
    Debian has another release, or cannot be reached or trusted.
    """
    folder = cache_dir() / "debian" / release
    with process.locked(
        folder.with_name(f".{release}.lock"),
        lambda: progress.step("waiting for another download of the same source"),
    ):
        kept = dsc.choose(folder, release)
        if kept is not None:
            return kept
        partial = folder.with_name(f".{release}.part")
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        _from_any(release, partial, progress)
        if dsc.choose(partial, release) is None:
            raise LabError(f"apt-get brought no source package of QEMU {release}")
        shutil.rmtree(folder, ignore_errors=True)
        partial.rename(folder)
    fetched = dsc.choose(folder, release)
    assert fetched is not None
    return fetched


def _from_any(release: str, folder: Path, progress: Progress) -> None:
    """Download from the first of the machine's mirrors that works."""
    suite = SUITES.get(release, _NEWEST)
    failures: list[LabError] = []
    for archive in archives():
        progress.step(f"asking Debian for QEMU {release} ({suite})")
        try:
            with _apt_lock(progress):
                _download(archive, suite, release, folder, progress)
            return
        except LabError as error:
            failures.append(error)
    hints = dict.fromkeys(error.hint for error in failures if error.hint)
    raise LabError("\n".join(error.message for error in failures), "; ".join(hints))


def _download(
    archive: Archive, suite: str, release: str, folder: Path, progress: Progress
) -> None:
    configuration = _configure(archive, suite)
    apt = ["apt-get", "-c", str(configuration), "-q"]
    done = process.capture([*apt, "update"], cwd=folder)
    if done.returncode:
        raise _refusal(done.stdout + done.stderr, archive, suite)
    source = [*apt, "source", "--download-only", "--only-source"]
    done = process.capture([*source, "--print-uris", f"qemu/{suite}"], cwd=folder)
    named = re.search(r"' qemu_((\d+\.\d+)\S*)\.dsc ", done.stdout)
    if done.returncode or named is None:
        raise _refusal(done.stdout + done.stderr, archive, suite)
    if named[2] != release:
        raise LabError(
            f"Debian's {suite} has QEMU {named[2]}, not {release}",
            f"qgen sdk build {named[2]}; or one of {', '.join(SUITES)}, which stay; or "
            f"put QEMU {release}'s Debian source package (.dsc and the files that it "
            "names) into a folder and name that in QGEN_DSC_PATH; or give a source "
            "folder",
        )
    progress.step(f"downloading QEMU {named[1]}")
    done = process.capture([*source, f"qemu/{suite}"], cwd=folder)
    if done.returncode:
        raise _refusal(done.stdout + done.stderr, archive, suite)


def _apt_lock(progress: Progress) -> AbstractContextManager[int]:
    return process.locked(
        cache_dir() / "apt" / ".lock",
        lambda: progress.step("waiting for another qgen that uses apt"),
    )


def _configure(archive: Archive, suite: str) -> Path:
    """Write the private configuration for one mirror and suite, and give its path."""
    folder = cache_dir() / "apt"
    toolchain.check_folder(folder)
    for name in ("parts", "lists/partial", "cache/archives/partial"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    text = _CONFIGURATION.format(folder=folder)
    if os.geteuid() == 0:
        # apt's own user cannot enter root's cache folder.
        text += 'APT::Sandbox::User "root";\n'
    configuration = folder / "apt.conf"
    configuration.write_text(text, encoding="utf-8")
    stanza = f"Types: deb-src\nURIs: {archive.uri}\nSuites: {suite}\nComponents: main\n"
    if archive.keyring is not None:
        stanza += f"Signed-By: {archive.keyring}\n"
    (folder / "parts" / "qgen.sources").write_text(stanza, encoding="utf-8")
    return configuration


def _refusal(output: str, archive: Archive, suite: str) -> LabError:
    """Why apt failed, from what it printed."""
    if re.search(r"NO_PUBKEY|public key is not available|[Mm]issing key", output):
        return LabError(
            f"the keyring {archive.keyring or 'of apt'} is too old for Debian's "
            f"{suite}, or missing: it cannot verify {archive.uri}",
            "apt-get install --only-upgrade debian-archive-keyring, or install a newer "
            "one from Debian's site",
        )
    if re.search(r"does not have a Release file|\b404\b", output):
        return LabError(
            f"{archive.uri} has no suite {suite}",
            "use a mirror of all of Debian, or give a source folder or a .dsc file",
        )
    reasons = [line for line in output.splitlines() if line.startswith(("E:", "Err:"))]
    lines = reasons or output.strip().splitlines()
    return LabError(
        f"apt cannot get QEMU from {archive.uri} ({suite}):\n" + "\n".join(lines[-5:]),
        "is the mirror of the machine's apt sources reachable?",
    )
