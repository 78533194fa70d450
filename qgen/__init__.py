"""qgen: from a declarative machine spec to the C of a QEMU board, proved right."""

__version__ = "0.1.0"
