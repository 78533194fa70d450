"""The exported C functions of one QEMU release that boards call.

`qgen.lab.helpers` reads them in QEMU's headers, and has each compiled. They ship as one
file a release, `data/functions-<release>.jsonl.gz`, in the form of `qgen.catalogue.table`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from qgen.catalogue import table
from qgen.frozen import frozen

FORMAT = 1
HEADER = "!qgen-functions"


@frozen
class Parameter:
    """A parameter of a C function; `name` is empty where its prototype has none."""

    type: str
    name: str


@frozen
class Function:
    """A C function that boards can call, as `header` declares it.

    `returns` and the parameters' types are spelt as in C ("DeviceState *"). `inline`
    says that the header has its body. `targets` are the binaries ("aarch64") that have
    it, and whose boards can include the header. `kconfig` are the Kconfig symbols that
    its file is built with, without CONFIG_.
    """

    name: str
    header: str
    returns: str
    parameters: tuple[Parameter, ...]
    inline: bool
    targets: tuple[str, ...]
    kconfig: tuple[str, ...] = ()


class Functions:
    """The functions of one release, read from the text of its file.

    `source` names the file in errors. Raises `CatalogueError`, here or from any
    method, when the text is not what `qgen.lab.helpers` writes; it is looked at more
    closely where it is not `believed`.
    """

    def __init__(self, text: str, source: str, believed: bool = True) -> None:
        self._believed = believed
        self._table = table.Table(text, source, HEADER, FORMAT, "a list of functions")
        try:
            self.release = str(self._table.header["release"])
            self.version = str(self._table.header["version"])
            self.targets = tuple(map(str, self._table.header["targets"]))
        except (KeyError, TypeError) as error:
            raise self._table.damaged(HEADER, error) from error

    def find(self, name: str) -> Function | None:
        """The function called `name`, or None when boards of this release have none."""
        data = self._table.find(name)
        if data is None:
            return None
        try:
            found = Function(
                name=name,
                header=data["header"],
                returns=data["returns"],
                parameters=tuple(
                    Parameter(type_, parameter)
                    for type_, parameter in data.get("parameters", ())
                ),
                inline=data.get("inline", False),
                targets=tuple(data.get("targets", self.targets)),
                kconfig=tuple(data.get("kconfig", ())),
            )
            if not self._believed:
                from qgen.catalogue.strict import judge_function

                judge_function(found)
            return found
        except (AttributeError, LookupError, TypeError, ValueError) as error:
            raise self._table.damaged(name, error) from error

    def names(self) -> Sequence[str]:
        """The names of all functions, sorted."""
        return self._table.names()

    def nearest(self, name: str, n: int = 3) -> list[str]:
        """At most `n` names of functions that look like `name`, the likest first."""
        return table.nearest(name, self.names(), n)

    def __iter__(self) -> Iterator[Function]:
        """All functions in the order of their names; parses the whole file."""
        for name in self.names():
            found = self.find(name)
            if found is not None:
                yield found

    def __len__(self) -> int:
        return len(self._table)


def parse(packed: bytes, source: str, *, believed: bool = True) -> Functions:
    """The functions in `packed`, the bytes of a file that `source` names."""
    return Functions(table.unpack(packed, source), source, believed)
