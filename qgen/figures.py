"""How people are shown addresses, sizes and frequencies. A leaf."""

from __future__ import annotations


def human(size: int) -> str:
    """A size as a person writes it: ``64 KiB``, ``100 bytes``, ``0x1234 bytes``."""
    for unit, shift in (("TiB", 40), ("GiB", 30), ("MiB", 20), ("KiB", 10)):
        if size and size % (1 << shift) == 0:
            return f"{size >> shift} {unit}"
    if size == 1:
        return "1 byte"
    return f"{size} bytes" if size < 1024 else f"{size:#x} bytes"


def written_as(size: int) -> str:
    """A size as a spec has it: ``64 KiB``, ``100``, ``0x1234``."""
    return human(size).removesuffix(" byte").removesuffix(" bytes")


def about(size: int) -> str:
    """A size to four digits: ``64 KiB``, ``15.87 MiB``, ``100 bytes``."""
    for unit, shift in (
        ("EiB", 60),
        ("TiB", 40),
        ("GiB", 30),
        ("MiB", 20),
        ("KiB", 10),
    ):
        if size >> shift:
            number = size / (1 << shift)
            return f"{size >> shift if number == size >> shift else f'{number:.4g}'} {unit}"
    return "1 byte" if size == 1 else f"{size} bytes"


def hexadecimal(value: int) -> str:
    """An address in groups of four digits: ``0x0900_0000``."""
    digits = f"{value:08x}"
    digits = digits.rjust(-(-len(digits) // 4) * 4, "0")
    return "0x" + "_".join(digits[i : i + 4] for i in range(0, len(digits), 4))


def frequency(hertz: int) -> str:
    """A frequency in its largest whole unit: ``24 MHz``, ``32768 Hz``."""
    for unit, factor in (("GHz", 10**9), ("MHz", 10**6), ("kHz", 10**3)):
        if hertz and hertz % factor == 0:
            return f"{hertz // factor} {unit}"
    return f"{hertz} Hz"
