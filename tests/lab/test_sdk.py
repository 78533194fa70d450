"""SDKs: finding them, and reading what a build left."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from qgen.lab import compile_commands, configure, manifest, sdk
from qgen.lab.errors import LabError

ARM = ("cc", "-I/src", "-DARM")
COMMON = ("cc", "-I/src")


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "cache"
    monkeypatch.setenv("QGEN_CACHE", str(folder))
    monkeypatch.delenv("QGEN_DSC_PATH", raising=False)
    return folder


def install(cache: Path, version: str, targets: tuple[str, ...], digest: str) -> Path:
    """A complete SDK with empty emulators."""
    folder = cache / "sdk" / f"{version}-{digest}"
    (folder / "source").mkdir(parents=True)
    (folder / "source" / "VERSION").write_text(f"{version}\n")
    (folder / "build").mkdir()
    for target in targets:
        (folder / "build" / f"qemu-system-{target}").touch()
    manifest.write(
        folder,
        manifest.Manifest(
            name=folder.name,
            version=version,
            source=folder / "source",
            build=folder / "build",
            targets=targets,
            configure=("--enable-tcg",),
            origin="a test",
            commands={
                "arm": {"aarch64": ARM},
                "misc": {"": COMMON, "aarch64": ARM},
            },
        ),
    )
    return folder


class TestCacheDir:
    def test_own_variable_wins(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("XDG_CACHE_HOME", "/xdg")
        monkeypatch.setenv("QGEN_CACHE", "/own")
        assert sdk.cache_dir() == Path("/own")

    def test_xdg_then_home(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("QGEN_CACHE", "")
        monkeypatch.setenv("HOME", "/home/me")
        monkeypatch.setenv("XDG_CACHE_HOME", "/xdg")
        assert sdk.cache_dir() == Path("/xdg/qgen")
        monkeypatch.setenv("XDG_CACHE_HOME", "not/absolute")
        assert sdk.cache_dir() == Path("/home/me/.cache/qgen")

    def test_a_relative_folder_becomes_absolute(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("QGEN_CACHE", "here")
        assert sdk.cache_dir() == Path.cwd() / "here"


class TestFind:
    def test_no_cache(self) -> None:
        assert sdk.installed() == []
        with pytest.raises(LabError, match="no SDK yet") as error:
            sdk.find(None)
        assert error.value.hint == "qgen sdk build 10.0"

    def test_newest_first_by_number(self, cache: Path) -> None:
        install(cache, "7.2.22", ("ppc",), "00000000")
        install(cache, "10.2.2", ("ppc",), "00000001")
        install(cache, "10.0.13", ("ppc",), "00000002")
        install(cache, "10.0.13", ("aarch64", "ppc"), "ffffffff")
        assert [each.name for each in sdk.installed()] == [
            "10.2.2-00000001",
            "10.0.13-ffffffff",
            "10.0.13-00000002",
            "7.2.22-00000000",
        ]
        assert sdk.find(None).release == "10.2"

    @pytest.mark.parametrize("selector", ["10.0", "10.0.13", "10.0.13-abcdef01"])
    def test_selectors(self, cache: Path, selector: str) -> None:
        install(cache, "10.2.2", ("ppc",), "00000001")
        install(cache, "10.0.13", ("ppc",), "abcdef01")
        assert sdk.find(selector).name == "10.0.13-abcdef01"

    def test_a_path(
        self, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        folder = install(tmp_path / "elsewhere", "10.0.13", ("ppc",), "abcdef01")
        assert sdk.find(str(folder)).build == folder / "build"
        monkeypatch.chdir(folder.parent)
        assert sdk.find(folder.name).build == folder / "build"

    def test_unknown_lists_what_there_is(self, cache: Path) -> None:
        install(cache, "10.2.2", ("ppc",), "00000001")
        (cache / "sdk" / "10.0.13-00000002").mkdir()
        with pytest.raises(LabError) as error:
            sdk.find("9.1")
        assert "'9.1'" in error.value.message
        assert "there are 10.2.2-00000001" in error.value.message
        assert "incomplete: 10.0.13-00000002" in error.value.message

    @pytest.mark.parametrize("selector", ["", "no/such", "~nobody-here/x", "\0/x"])
    def test_odd_selectors(self, cache: Path, selector: str) -> None:
        install(cache, "10.2.2", ("ppc",), "00000001")
        with pytest.raises(LabError):
            sdk.find(selector)

    def test_incomplete_is_ignored_and_named_is_an_error(self, cache: Path) -> None:
        folder = install(cache, "10.0.13", ("aarch64", "ppc"), "00000001")
        (folder / "build" / "qemu-system-ppc").unlink()
        assert sdk.installed() == []
        with pytest.raises(LabError, match="qemu-system-ppc is gone"):
            sdk.find(folder.name)

    def test_a_source_that_moved_on(self, cache: Path) -> None:
        folder = install(cache, "10.0.13", ("ppc",), "00000001")
        (folder / "source" / "VERSION").write_text("10.0.14\n")
        assert sdk.installed() == []
        with pytest.raises(LabError, match=r"is QEMU 10\.0\.14 now"):
            sdk.find(str(folder))


class TestManifest:
    def test_round_trip(self, cache: Path) -> None:
        folder = install(cache, "10.0.13", ("aarch64",), "00000001")
        again = manifest.read(folder)
        assert again.commands == {
            "arm": {"aarch64": ARM},
            "misc": {"": COMMON, "aarch64": ARM},
        }
        assert again.configure == ("--enable-tcg",)
        assert sorted(path.name for path in folder.iterdir()) == [
            "build",
            "sdk.json",
            "source",
        ]

    def test_equal_argument_lists_are_kept_once(self, cache: Path) -> None:
        folder = install(cache, "10.0.13", ("aarch64",), "00000001")
        assert len(json.loads((folder / "sdk.json").read_text())["argvs"]) == 2

    @pytest.mark.parametrize(
        "change",
        [
            {"format": 2},
            {"name": ""},
            {"version": 10},
            {"source": "relative"},
            {"build": "/nul\0"},
            {"targets": []},
            {"targets": "ppc"},
            {"targets": [1]},
            {"configure": None},
            {"origin": None},
            {"argvs": None},
            {"argvs": [[]]},
            {"commands": []},
            {"commands": {"arm": []}},
            {"commands": {"arm": {"ppc": 99}}},
            {"commands": {"arm": {"ppc": -1}}},
            {"commands": {"arm": {"ppc": True}}},
        ],
    )
    def test_damage_is_an_error(self, cache: Path, change: dict[str, object]) -> None:
        folder = install(cache, "10.0.13", ("ppc",), "00000001")
        path = folder / "sdk.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | change))
        with pytest.raises(LabError, match=r"sdk\.json is damaged"):
            sdk.load(folder)
        assert sdk.installed() == []

    @pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b"[" * 100_000])
    def test_rubbish_is_an_error(self, cache: Path, content: bytes) -> None:
        folder = install(cache, "10.0.13", ("ppc",), "00000001")
        (folder / "sdk.json").write_bytes(content)
        with pytest.raises(LabError, match=r"sdk\.json is damaged"):
            sdk.find("10.0.13-00000001")


class TestSdk:
    def test_qemu(self, cache: Path) -> None:
        folder = install(cache, "10.0.13", ("aarch64", "ppc"), "00000001")
        found = sdk.load(folder)
        assert found.qemu("ppc") == folder / "build" / "qemu-system-ppc"
        with pytest.raises(LabError, match="'riscv64', only aarch64, ppc"):
            found.qemu("riscv64")

    def test_compile_command(self, cache: Path) -> None:
        found = sdk.load(install(cache, "10.0.13", ("aarch64", "ppc"), "00000001"))
        beside = ["-iquote", str(found.source / "hw" / "arm")]
        assert found.compile_command("arm") == [*ARM, *beside]
        assert found.compile_command("misc")[:-2] == list(ARM)
        assert found.compile_command("misc", "ppc")[:-2] == list(COMMON)
        with pytest.raises(LabError, match="nothing of hw/arm for ppc"):
            found.compile_command("arm", "ppc")
        with pytest.raises(LabError, match="nothing of hw/riscv for aarch64, ppc"):
            found.compile_command("riscv")
        with pytest.raises(LabError, match="no target 'x86_64'"):
            found.compile_command("misc", "x86_64")


class TestCompileCommands:
    """A make-believe tree: one file each of hw/arm, hw/mips, hw/misc and tests."""

    @pytest.fixture
    def trees(self, tmp_path: Path) -> tuple[Path, Path]:
        source, build = tmp_path / "src", tmp_path / "build"
        (source / "configs" / "targets").mkdir(parents=True)
        for target, arch in (("aarch64", "arm"), ("arm", ""), ("mips64el", "mips")):
            path = source / "configs" / "targets" / f"{target}-softmmu.mak"
            path.write_text(
                f"TARGET_ARCH={target}\n"
                + (f"TARGET_BASE_ARCH={arch}\n" if arch else "")
            )
        for arch in ("arm", "mips", "misc"):
            (source / "hw" / arch).mkdir(parents=True)
        build.mkdir()
        return source, build

    def database(self, build: Path, *outputs: str, options: str = "") -> None:
        entries = [
            {
                "directory": str(build),
                "command": f"cc -I{output.split('/')[0]} -I. {options} -MD -MQ {output}"
                f" -MF {output}.d -o {output} -c {file}",
                "file": file,
                "output": output,
            }
            for output, file in (each.split("=") for each in outputs)
        ]
        (build / "compile_commands.json").write_text(json.dumps(entries))

    def test_only_what_compiles_a_neighbour_is_kept(
        self, trees: tuple[Path, Path]
    ) -> None:
        source, build = trees
        (build / "pre.h").touch()
        self.database(
            build,
            "libqemu-aarch64-softmmu.a.p/virt.c.o=../src/hw/arm/virt.c",
            options="-I /abs -I ../src -isystemlinux -isystem ../src/linux -iquote . "
            "-include pre.h -include osdep.h '-DX=\"a b\"' -fPIE -Wall",
        )
        argv = compile_commands.extract(build, source, ("aarch64",))["arm"]["aarch64"]
        assert list(argv) == [
            "cc",
            f"-I{build}/libqemu-aarch64-softmmu.a.p",
            f"-I{build}",
            "-I",
            "/abs",
            "-I",
            str(source),
            f"-isystem{build}/linux",
            "-isystem",
            f"{source}/linux",
            "-iquote",
            str(build),
            "-include",
            f"{build}/pre.h",
            "-include",
            "osdep.h",
            '-DX="a b"',
            "-fPIE",
            "-Wall",
        ]

    def test_an_architecture_is_for_its_own_targets(
        self, trees: tuple[Path, Path]
    ) -> None:
        source, build = trees
        self.database(
            build,
            "libqemu-aarch64-softmmu.fa.p/a.o=../src/hw/arm/virt.c",
            "libsystem_arm.a.p/b.o=../src/hw/arm/boot.c",
            "libsystem_arm.a.p/c.o=../src/hw/arm/stub.c",
            "libcommon.a.p/d.o=../src/hw/mips/bootloader.c",
            "libqemu-aarch64-softmmu.fa.p/e.o=../src/hw/misc/one.c",
            "libqemu-ppc-softmmu.fa.p/e.o=../src/hw/misc/one.c",
            "libsystem.a.p/f.o=../src/hw/misc/two.c",
            "libsystem.a.p/g.o=../src/hw/misc/three.c",
            "libother.a.p/h.o=../src/hw/misc/four.c",
            "tests.p/i.o=../src/tests/unit.c",
        )
        found = compile_commands.extract(build, source, ("aarch64",))
        assert {folder: sorted(found[folder]) for folder in found} == {
            "arm": ["aarch64"],
            "misc": ["", "aarch64"],
        }
        assert f"-I{build}/libqemu-aarch64-softmmu.fa.p" in found["arm"]["aarch64"]
        assert f"-I{build}/libsystem.a.p" in found["misc"][""]

    def test_an_architecture_that_is_compiled_once(
        self, trees: tuple[Path, Path]
    ) -> None:
        source, build = trees
        self.database(build, "libsystem_arm.a.p/b.o=../src/hw/arm/boot.c")
        found = compile_commands.extract(build, source, ("aarch64", "arm"))
        assert sorted(found["arm"]) == ["aarch64", "arm"]

    @pytest.mark.parametrize("text", ["", "{}", "[1]", '[{"file": 1}]', "[]"])
    def test_damage_is_an_error(self, trees: tuple[Path, Path], text: str) -> None:
        source, build = trees
        (build / "compile_commands.json").write_text(text)
        with pytest.raises(LabError, match=r"compile_commands\.json"):
            compile_commands.extract(build, source, ("aarch64",))


class TestConfigure:
    def test_releases_differ(self) -> None:
        old = configure.flags("7.2", ("ppc",))
        new = configure.flags("10.0", ("ppc", "x86_64"))
        assert "--meson={tools}/bin/meson" in old
        assert not any(flag.startswith("--python") for flag in old)
        assert "--enable-pixman" not in old
        assert "--enable-pixman" in new
        assert "--disable-download" in new
        assert not any(flag.startswith("--meson") for flag in new)
        assert new[-1] == "--target-list=ppc-softmmu,x86_64-softmmu"
        for flags in (old, new):
            assert "--extra-ldflags=-rdynamic" in flags
            assert "--disable-debug-info" in flags

    def test_tools_are_filled_in(self) -> None:
        filled = configure.with_tools(configure.flags("10.0", ("ppc",)), Path("/t"))
        assert "--python=/t/bin/python" in filled

    def test_too_old(self) -> None:
        with pytest.raises(LabError, match=r"QEMU 7\.1 is too old"):
            configure.flags("7.1", ("ppc",))
