"""Where QEMU's source comes from: apt's sources, apt-get, source packages."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from qgen.lab import apt_sources, debian, dsc
from qgen.lab.errors import LabError


class Steps:
    """A Progress that remembers."""

    def __init__(self) -> None:
        self.steps: list[str] = []
        self.updates: list[tuple[int, int]] = []

    def step(self, text: str) -> None:
        self.steps.append(text)

    def update(self, done: int, total: int) -> None:
        self.updates.append((done, total))


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "cache"
    monkeypatch.setenv("QGEN_CACHE", str(folder))
    monkeypatch.delenv("QGEN_DSC_PATH", raising=False)
    return folder


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder at the head of PATH for make-believe programs."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return folder


def program(path: Path, script: str) -> None:
    path.write_text(f"#!/bin/sh\n{script}")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


class TestAptSources:
    @pytest.fixture
    def etc(self, tmp_path: Path) -> Path:
        (tmp_path / "apt" / "sources.list.d").mkdir(parents=True)
        return tmp_path / "apt"

    def read(self, etc: Path) -> list[apt_sources.Archive]:
        keyrings = etc / "keyrings"
        keyrings.mkdir(exist_ok=True)
        (keyrings / "debian-archive-keyring.gpg").touch()
        return apt_sources.archives(etc, keyrings)

    def test_deb822(self, etc: Path) -> None:
        (etc / "sources.list.d" / "debian.sources").write_text(
            "# the archive\n"
            "Types: deb\n"
            "URIs: http://mirror.example/debian\n"
            "# a comment between\n"
            " http://second.example/debian\n"
            "Suites: bookworm bookworm-updates\n"
            "Components: main\n"
            "Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg\n"
            "\n"
            "Types: deb\n"
            "URIs: http://mirror.example/debian-security\n"
            "Suites: bookworm-security\n"
            "Components: main\n"
            "Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg\n"
            "\n"
            "Types: deb\n"
            "URIs: https://third.example/debian\n"
            "Suites: bookworm\n"
            "Components: main\n"
            "Signed-By: /usr/share/keyrings/third.gpg\n"
            "\n"
            "Enabled: no\n"
            "Types: deb\n"
            "URIs: http://off.example/debian\n"
            "Suites: bookworm\n"
            "Components: main\n"
        )
        assert self.read(etc) == [
            apt_sources.Archive(
                f"http://{host}.example/debian",
                "/usr/share/keyrings/debian-archive-keyring.gpg",
            )
            for host in ("mirror", "second")
        ]

    def test_one_line(self, etc: Path) -> None:
        (etc / "sources.list").write_text(
            "# deb http://comment.example/debian bookworm main\n"
            "deb cdrom:[Debian GNU/Linux 12]/ bookworm main\n"
            "deb [arch=amd64 signed-by=/k/debian-archive-keyring.gpg] "
            "http://internal.example/remote stable main contrib # ours\n"
            "deb http://plain.example/debian/ bookworm main\n"
            "deb-src http://plain.example/debian bookworm main\n"
            "deb http://plain.example/debian bookworm-updates main\n"
            "deb https://packages.third.example/debian/12/prod bookworm main\n"
            "deb https://docker.third.example/linux/debian bookworm stable\n"
            "deb https://flat.third.example/debian ./\n"
        )
        (etc / "sources.list.d" / "old.list.save").write_text(
            "deb http://saved.example/debian bookworm main\n"
        )
        assert self.read(etc) == [
            apt_sources.Archive(
                "http://internal.example/remote", "/k/debian-archive-keyring.gpg"
            ),
            apt_sources.Archive(
                "http://plain.example/debian/",
                str(etc / "keyrings" / "debian-archive-keyring.gpg"),
            ),
        ]

    def test_a_snapshot_and_a_mirror_list(self, etc: Path) -> None:
        (etc / "sources.list").write_text(
            "deb http://s.example/archive/debian/20250101T000000Z bookworm main\n"
            "deb mirror+file:///etc/apt/mirrors/debian.list bookworm main\n"
        )
        assert len(self.read(etc)) == 2

    def test_a_key_in_the_entry_is_no_file(self, etc: Path) -> None:
        (etc / "sources.list.d" / "x.sources").write_text(
            "Types: deb\nURIs: http://m.example/debian\nSuites: sid\n"
            "Components: main\nSigned-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n"
            " .\n /abc\n"
        )
        [archive] = self.read(etc)
        assert archive.keyring == str(etc / "keyrings" / "debian-archive-keyring.gpg")

    def test_none(self, etc: Path) -> None:
        (etc / "sources.list").write_text("deb http://u.example/ubuntu noble main\n")
        with pytest.raises(LabError, match="no source of the Debian archive") as error:
            self.read(etc)
        assert "source folder" in error.value.hint


DSC = "Format: 3.0 (quilt)\nSource: qemu\nVersion: 1:{version}\n"


class TestDsc:
    def test_newest_of_a_release(self, tmp_path: Path) -> None:
        for version in ("10.0.9+ds-1", "10.0.13+ds-1", "10.2.1+ds-1", "1.0-1"):
            (tmp_path / f"qemu_{version}.dsc").touch()
        chosen = dsc.choose(tmp_path, "10.0")
        assert chosen is not None
        assert chosen.name == "qemu_10.0.13+ds-1.dsc"
        assert dsc.choose(tmp_path, "10.20") is None
        assert dsc.choose(tmp_path / "none", "10.0") is None

    def test_path_variable(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        one, two = tmp_path / "one", tmp_path / "two"
        for folder in (one, two):
            folder.mkdir()
        (two / "qemu_10.2.2+ds-1.dsc").touch()
        monkeypatch.setenv("QGEN_DSC_PATH", f"{one}{os.pathsep}{two}")
        assert dsc.on_path("10.2") == two / "qemu_10.2.2+ds-1.dsc"
        assert dsc.on_path("10.0") is None
        monkeypatch.setenv("QGEN_DSC_PATH", str(tmp_path / "none"))
        with pytest.raises(LabError, match="QGEN_DSC_PATH names"):
            dsc.on_path("10.2")

    def test_read(self, tmp_path: Path) -> None:
        path = tmp_path / "qemu.dsc"
        path.write_text(DSC.format(version="7.2+dfsg-7+deb12u18"))
        package = dsc.read(path)
        assert (package.version, package.release) == ("1:7.2+dfsg-7+deb12u18", "7.2")
        path.write_text(DSC.format(version="7.2+dfsg-7+deb12u19"))
        assert dsc.read(path).digest != package.digest

    @pytest.mark.parametrize("text", ["", "Source: glib\nVersion: 1.0-1\n"])
    def test_not_qemu(self, tmp_path: Path, text: str) -> None:
        path = tmp_path / "qemu.dsc"
        path.write_text(text)
        with pytest.raises(LabError, match=r"not the \.dsc file of a QEMU"):
            dsc.read(path)


class TestDebian:
    """A make-believe apt-get, which writes its arguments down."""

    @pytest.fixture(autouse=True)
    def one_mirror(self, monkeypatch: pytest.MonkeyPatch) -> None:
        mirror = apt_sources.Archive("http://m.example/debian", "/k/debian-archive.gpg")
        monkeypatch.setattr(debian, "archives", lambda: [mirror])

    def apt(self, tools: Path, version: str, update: str = "") -> Path:
        calls = tools / "calls"
        program(
            tools / "apt-get",
            f'echo "$@" >> {calls}\n'
            f'case "$*" in\n'
            f"*update*) {update or ':'} ;;\n"
            f"*print-uris*) echo \"'http://m.example/q/qemu_{version}.dsc' "
            f'qemu_{version}.dsc 1 MD5Sum:0" ;;\n'
            f"*) echo x > qemu_{version}.dsc ;;\nesac\n",
        )
        return calls

    def test_fetched_once(self, cache: Path, tools: Path) -> None:
        calls = self.apt(tools, "10.0.13+ds-1")
        path = debian.fetch("10.0", Steps())
        assert path == cache / "debian" / "10.0" / "qemu_10.0.13+ds-1.dsc"
        assert len(calls.read_text().splitlines()) == 3
        assert debian.fetch("10.0", Steps()) == path
        assert len(calls.read_text().splitlines()) == 3

    def test_private_configuration(self, cache: Path, tools: Path) -> None:
        self.apt(tools, "10.0.13+ds-1")
        debian.fetch("10.0", Steps())
        stanza = (cache / "apt" / "parts" / "qgen.sources").read_text()
        assert stanza == (
            "Types: deb-src\nURIs: http://m.example/debian\nSuites: trixie\n"
            "Components: main\nSigned-By: /k/debian-archive.gpg\n"
        )
        text = (cache / "apt" / "apt.conf").read_text()
        assert f'Dir::State::Lists "{cache}/apt/lists";' in text
        assert f'Dir::Etc::SourceParts "{cache}/apt/parts";' in text

    def test_sid_moved_on(self, cache: Path, tools: Path) -> None:
        calls = self.apt(tools, "11.1.0+ds-1")
        with pytest.raises(LabError, match=r"sid has QEMU 11\.1, not 10\.2") as error:
            debian.fetch("10.2", Steps())
        assert "qgen sdk build 11.1" in error.value.hint
        assert "QGEN_DSC_PATH" in error.value.hint
        assert len(calls.read_text().splitlines()) == 2
        assert not (cache / "debian" / "10.2").exists()

    @pytest.mark.parametrize(
        ("said", "match"),
        [
            ("W: GPG error: NO_PUBKEY 0E98404D386FA1D9", "too old for Debian's trixie"),
            ("E: The repository does not have a Release file.", "has no suite trixie"),
            ("E: Could not resolve", "Could not resolve"),
        ],
    )
    def test_refusals(self, tools: Path, said: str, match: str) -> None:
        self.apt(tools, "10.0.13+ds-1", update=f'echo "{said}"; exit 100')
        with pytest.raises(LabError, match=match):
            debian.fetch("10.0", Steps())
