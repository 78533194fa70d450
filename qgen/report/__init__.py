"""One page with all that there is to see of a board, for any browser.

`Page` is data; `write_page` lays it out. Nothing on the page comes from anywhere else,
and nothing of a spec is anything but text.
"""

from qgen.report.page import CLine, CText, DeviceRow, Page, RangeRow, SpecText
from qgen.report.writer import write_page

__all__ = [
    "CLine",
    "CText",
    "DeviceRow",
    "Page",
    "RangeRow",
    "SpecText",
    "write_page",
]
