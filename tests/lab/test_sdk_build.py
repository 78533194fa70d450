"""Preparing SDKs, with a make-believe QEMU, ninja and dpkg-source."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from qgen.lab import building, debian, manifest, process, sdk, sdk_build, toolchain
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


DSC = "Format: 3.0 (quilt)\nSource: qemu\nVersion: 1:{version}\n"


CONFIGURE = """\
touch "$(dirname "$0")/subprojects/.wraplock"
echo "$@" >> {calls}
touch build.ninja
exit ${{FAIL_CONFIGURE:-0}}
"""
NINJA = """\
if [ "$1" = -n ]; then
    [ -e qemu-system-ppc ] && [ ! -e {fail} ] && echo 'ninja: no work to do.'
    exit
fi
echo ninja "$@" >> {calls}
echo '[1/2] first'
[ -e {fail} ] && printf 'FAILED: x.o\\ncc x.c\\nx.c: error: no\\n[2/2] y\\n' && exit 1
echo '[2/2] second'
printf '#!/bin/sh\\necho QEMU emulator version 10.0.13' > qemu-system-ppc
chmod +x qemu-system-ppc
echo '[{{"file": "{source}/hw/ppc/e500.c", "command": "cc -c {source}/hw/ppc/e500.c",
"output": "libqemu-ppc-softmmu.a.p/e500.o"}}]' > compile_commands.json
"""
NM = "echo '0000000000001000 T type_register_static'\n"


class World:
    """A QEMU source tree whose configure and ninja do next to nothing, but log it."""

    def __init__(self, tmp_path: Path, tools: Path) -> None:
        self.tmp_path = tmp_path
        self.tools = tools
        self.log = tmp_path / "calls"
        self.fail = tmp_path / "fail"
        self.source = tmp_path / "qemu"
        self.plant(self.source)
        (tmp_path / "venv" / "bin").mkdir(parents=True)
        self.ninja_for(self.source)
        program(tools / "nm", NM)

    def plant(self, source: Path) -> None:
        (source / "hw" / "ppc").mkdir(parents=True)
        (source / "configs" / "targets").mkdir(parents=True)
        (source / "configs" / "targets" / "ppc-softmmu.mak").write_text(
            "TARGET_ARCH=ppc\n"
        )
        (source / "subprojects").mkdir()
        (source / "VERSION").write_text("10.0.13\n")
        program(source / "configure", CONFIGURE.format(calls=self.log))

    def ninja_for(self, source: Path) -> None:
        script = NINJA.format(calls=self.log, fail=self.fail, source=source)
        program(self.tmp_path / "venv" / "bin" / "ninja", script)

    @property
    def calls(self) -> list[str]:
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        return [
            "configure" if line.startswith("--") else line.split()[0] for line in lines
        ]

    def build(self, what: str | Path, **more: object) -> tuple[sdk.Sdk, Steps]:
        steps = Steps()
        built = sdk_build.build(str(what), progress=steps, targets=("ppc",))
        return built, steps


@pytest.fixture
def world(
    tmp_path: Path, tools: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[World]:
    monkeypatch.setattr(toolchain, "check", lambda **what: None)
    monkeypatch.setattr(toolchain, "environment", lambda progress: tmp_path / "venv")
    yield World(tmp_path, tools)


class TestBuildFolder:
    def test_from_nothing(self, world: World, cache: Path) -> None:
        before = sorted(world.source.rglob("*"))
        built, steps = world.build(world.source)
        assert built.version == "10.0.13"
        assert built.source == world.source
        assert built.build == cache / "sdk" / built.name / "build"
        assert built.compile_command("ppc")[:-2] == ["cc"]
        assert sdk.find("10.0") == built
        assert steps.updates == [(1, 2), (2, 2)]
        assert world.calls == ["configure", "ninja"]
        assert "qemu-system-ppc" in world.log.read_text()
        assert sorted(world.source.rglob("*")) == before

    def test_again_without_changes(self, world: World) -> None:
        built, _ = world.build(world.source)
        again, steps = world.build(world.source)
        assert again == built
        assert world.calls == ["configure", "ninja"]
        assert steps.updates == []

    def test_a_failure_shows_why_and_the_next_goes_on(
        self, world: World, cache: Path
    ) -> None:
        world.fail.touch()
        with pytest.raises(LabError, match=r"x\.c: error: no") as error:
            world.build(world.source)
        assert "cc x.c" not in error.value.message
        [log] = cache.glob("sdk/*/build.log")
        assert str(log) in error.value.hint
        assert sdk.installed() == []
        world.fail.unlink()
        world.build(world.source)
        assert world.calls == ["configure", "ninja", "ninja"]

    def test_a_failed_configure_is_done_again(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("FAIL_CONFIGURE", "1")
        with pytest.raises(LabError, match="configure of QEMU failed"):
            world.build(world.source)
        monkeypatch.setenv("FAIL_CONFIGURE", "0")
        world.build(world.source)
        assert world.calls == ["configure", "configure", "ninja"]

    def test_a_failed_rebuild_is_no_sdk(self, world: World) -> None:
        world.build(world.source)
        world.fail.touch()
        with pytest.raises(LabError):
            world.build(world.source)
        assert sdk.installed() == []

    def test_an_emulator_of_another_version(self, world: World) -> None:
        (world.source / "VERSION").write_text("10.0.14\n")
        with pytest.raises(LabError, match=r"does not run as QEMU 10\.0\.14"):
            world.build(world.source)

    def test_a_damaged_mark_is_written_again(self, world: World, cache: Path) -> None:
        built, _ = world.build(world.source)
        (cache / "sdk" / built.name / "sdk.json").write_text("{")
        assert world.build(world.source)[0] == built
        assert world.calls == ["configure", "ninja", "ninja"]

    def test_the_build_folder_is_gone(self, world: World, cache: Path) -> None:
        built, _ = world.build(world.source)
        process.capture(["rm", "-r", built.build])
        assert world.build(world.source)[0] == built

    def test_not_linked_with_rdynamic(self, world: World) -> None:
        program(world.tools / "nm", "")
        with pytest.raises(LabError, match="not linked with -rdynamic"):
            world.build(world.source)
        assert sdk.installed() == []

    def test_unknown_target(self, world: World) -> None:
        with pytest.raises(LabError, match="no target sparc") as error:
            sdk_build.build(
                str(world.source), progress=Steps(), targets=("ppc", "sparc")
            )
        assert error.value.hint == "it has ppc"

    @pytest.mark.parametrize("targets", [(), ("a,b",), ("../x",), ("",)])
    def test_odd_targets(self, world: World, targets: tuple[str, ...]) -> None:
        with pytest.raises(LabError, match="not QEMU targets"):
            sdk_build.build(str(world.source), progress=Steps(), targets=targets)

    def test_order_of_targets_does_not_matter(self) -> None:
        assert sdk_build._targets(("ppc", "aarch64", "ppc")) == ("aarch64", "ppc")

    @pytest.mark.parametrize("what", ["10.0.13", "x", "", "/", "a.dsc", "-"])
    def test_not_something_to_build(self, world: World, what: str) -> None:
        with pytest.raises(LabError, match="is not a QEMU release, source folder"):
            world.build(what)


class TestBuildPackage:
    @pytest.fixture
    def package(self, world: World) -> Path:
        """A .dsc file, and a dpkg-source that plants the tree of `world`."""
        path = world.tmp_path / "dsc" / "qemu_10.0.13+ds-1.dsc"
        path.parent.mkdir()
        path.write_text(DSC.format(version="10.0.13+ds-1"))
        program(
            world.tools / "dpkg-source",
            f'echo unpack >> {world.log}\ncp -r {world.source} "$4"\n',
        )
        script = (world.tmp_path / "venv" / "bin" / "ninja").read_text()
        program(
            world.tmp_path / "venv" / "bin" / "ninja",
            script.replace("#!/bin/sh\n", "", 1).replace(
                str(world.source), "../source"
            ),
        )
        return path

    def test_from_nothing_and_again(
        self, world: World, package: Path, cache: Path
    ) -> None:
        built, _ = world.build(package)
        folder = cache / "sdk" / built.name
        assert built.source == folder / "source"
        assert world.calls == ["unpack", "configure", "ninja"]
        assert world.build(package)[0] == built
        assert world.calls == ["unpack", "configure", "ninja"]
        assert manifest.read(folder).origin == "Debian package 1:10.0.13+ds-1"

    def test_a_release_from_the_path_variable(
        self, world: World, package: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("QGEN_DSC_PATH", str(package.parent))
        built, _ = world.build("10.0")
        monkeypatch.delenv("QGEN_DSC_PATH")
        # What is there already needs neither the variable nor Debian.
        monkeypatch.setattr(debian, "fetch", None)
        assert world.build("10.0")[0] == built
        assert world.calls == ["unpack", "configure", "ninja"]

    def test_interrupted_while_compiling(self, world: World, package: Path) -> None:
        world.fail.touch()
        with pytest.raises(LabError):
            world.build(package)
        world.fail.unlink()
        world.build(package)
        assert world.calls == ["unpack", "configure", "ninja", "ninja"]

    def test_interrupted_while_unpacking(
        self, world: World, package: Path, cache: Path
    ) -> None:
        good = (world.tools / "dpkg-source").read_text()
        program(world.tools / "dpkg-source", 'mkdir "$4"; echo broken; exit 1')
        with pytest.raises(LabError, match="cannot be unpacked:\nbroken"):
            world.build(package)
        (world.tools / "dpkg-source").write_text(good)
        world.build(package)
        assert sdk.installed()
        assert not list(cache.glob("sdk/.new-*"))

    def test_another_package_is_another_sdk(self, world: World, package: Path) -> None:
        one, _ = world.build(package)
        package.write_text(DSC.format(version="10.0.13+ds-2"))
        two, _ = world.build(package)
        assert one.name != two.name

    def test_other_targets_are_another_sdk(self, world: World) -> None:
        plan = building.Plan("", "x", "10.0", ("ppc",))
        more = building.Plan("", "x", "10.0", ("aarch64", "ppc"))
        assert plan.digest != more.digest


class TestAdopt:
    @pytest.fixture
    def tree(self, world: World) -> Path:
        """A finished build of a person's own."""
        build = world.source / "build"
        build.mkdir()
        process.capture([world.tmp_path / "venv" / "bin" / "ninja"], cwd=build)
        (build / "build.ninja").touch()
        (build / "meson-info").mkdir()
        (build / "meson-info" / "meson-info.json").write_text(
            json.dumps({"directories": {"source": str(world.source)}})
        )
        return build

    def test_as_it_is(self, world: World, tree: Path, cache: Path) -> None:
        before = sorted(world.source.rglob("*"))
        built, _ = world.build(tree)
        assert built.targets == ("ppc",)
        assert built.qemu("ppc") == tree / "qemu-system-ppc"
        assert built.compile_command("ppc")[:-2] == ["cc"]
        assert sdk.find(None) == built
        assert sorted(world.source.rglob("*")) == before

    def test_without_rdynamic(self, world: World, tree: Path) -> None:
        program(world.tools / "nm", "echo '0000000000001000 T main'")
        with pytest.raises(LabError, match="not linked with -rdynamic") as error:
            world.build(tree)
        assert "--extra-ldflags=-rdynamic" in error.value.hint

    def test_not_built_yet(self, world: World, tree: Path) -> None:
        (tree / "qemu-system-ppc").unlink()
        with pytest.raises(LabError, match="build it first"):
            world.build(tree)

    def test_no_source(self, world: World, tree: Path) -> None:
        (tree / "meson-info" / "meson-info.json").write_text("{}")
        with pytest.raises(LabError, match="does not name the source"):
            world.build(tree)
