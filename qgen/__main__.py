"""``python -m qgen``."""

from qgen.cli import main

if __name__ == "__main__":
    main()
