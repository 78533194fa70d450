"""Arguments and options that commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from qgen.shipped import folder
from qgen.targets import NEWEST, TARGETS, Target, on_its_way, release_of, unknown

F = TypeVar("F", bound=Callable[..., Any])


class SpecFile(click.ParamType):  # type: ignore[type-arg]
    """A spec: a file, or the name of one that qgen ships."""

    name = "spec"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Path:
        """The file; ``-`` is standard input; a name may be that of a shipped spec."""
        if value == "-":
            return Path("/dev/stdin")
        file = Path(value)
        if not file.exists() and file.name == str(value) and not file.suffix:
            shipped = folder("specs") / f"{value}.yaml"
            if shipped.is_file():
                return shipped
        return file

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[Any]:
        """Specs in the folder, folders, and the specs that qgen ships."""
        from qgen.cli.completing import specs

        return specs(incomplete, shipped=True)


class OwnSpec(SpecFile):
    """A spec that is written to: a file, and none that qgen ships."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Path:
        """The file; ``-`` as it is."""
        return Path(value)

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[Any]:
        """Specs in the folder, and folders."""
        from qgen.cli.completing import specs

        return specs(incomplete, shipped=False)


class Release(click.ParamType):  # type: ignore[type-arg]
    """A QEMU release that qgen knows, a source tree of one, or measured device types."""

    name = "release"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Target:
        """The target for a release like ``10.2``."""
        if isinstance(value, Target):
            return value
        release = value
        own = self._own(value) if value not in TARGETS else None
        if own is not None:
            from qgen import compose

            return compose.target_with(own)
        if Path(value).is_dir():
            release = self._of_tree(Path(value), param, ctx)
        reason = unknown(release)
        if reason is not None:
            self.fail(reason, param, ctx)
        return TARGETS[release]

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[Any]:
        """The releases that begin so, and folders."""
        from qgen.cli.completing import folders, words

        return [*words(TARGETS, incomplete), *folders(incomplete)]

    def _own(self, value: str) -> Path | None:
        """The device types that `qgen catalog build` measured in a QEMU.

        Their folder is named, or the SDK, or the source tree that it was built from.
        """
        from qgen import catalogue
        from qgen.lab.sdk import installed

        path = Path(value)
        if catalogue.is_own(path):
            return path
        for sdk in installed():
            named = value == sdk.name or (path.is_dir() and path.samefile(sdk.source))
            if named and sdk.catalog is not None:
                return sdk.catalog
        return None

    def _of_tree(
        self, source: Path, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        """The release of a QEMU source tree, from its VERSION."""
        from qgen.lab.errors import LabError
        from qgen.lab.sdk import read_version

        try:
            version = read_version(source)
        except LabError as error:
            self.fail(str(error), param, ctx)
        release = release_of(version) or version
        if on_its_way(version) and release in TARGETS:
            from qgen.cli import console

            console.between_releases(version, TARGETS[release])
        return release


def _sdks(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:
    from qgen.cli.completing import sdks

    return sdks(incomplete)


def _variants(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:
    from qgen.cli.completing import variants

    return variants(SpecFile(), incomplete)


def spec_argument(*, many: bool = False) -> Callable[[F], F]:
    """``SPEC``, or ``SPEC...``."""
    return click.argument(
        "specs" if many else "spec",
        type=SpecFile(),
        nargs=-1 if many else 1,
        required=True,
        metavar="SPEC..." if many else "SPEC",
    )


def qemu_option(function: F) -> F:
    """``--qemu RELEASE``."""
    return click.option(
        "--qemu",
        "target",
        type=Release(),
        default=NEWEST,
        metavar="RELEASE",
        help=f"The release of QEMU to write C for: {', '.join(TARGETS)}; a QEMU "
        "source tree, which says which it is; or an SDK, or a folder, that 'qgen catalog "
        "build' measured, with the devices of your own QEMU. "
        f"[default: {NEWEST.release}]",
    )(function)


def sdk_option(function: F) -> F:
    """``--sdk SDK``."""
    return click.option(
        "--sdk",
        "selector",
        metavar="SDK",
        shell_complete=_sdks,
        help="A release, a name that 'qgen sdk list' shows, or a folder. "
        "[default: newest]",
    )(function)


def catalog_option(function: F) -> F:
    """``--catalog FOLDER``."""
    return click.option(
        "--catalog",
        metavar="FOLDER",
        type=click.Path(path_type=Path),
        help="The device types, as 'qgen catalog build' measured them. [default: those "
        "measured in the SDK, if they were, or those of its release]",
    )(function)


def variant_option(function: F) -> F:
    """``--variant NAME``."""
    return click.option(
        "--variant",
        metavar="NAME",
        shell_complete=_variants,
        help="Which machine of a spec that has several variants.",
    )(function)
