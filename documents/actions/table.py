"""What is known of documents as a table: the spelling that a download writes and an import reads.

Data stands in columns `data_<key>`. Several values in a cell are separated by semicolons; a semicolon or backslash in a
value has a backslash before it. A cell that a spreadsheet would take for a formula has an apostrophe before it.
"""

import re
from collections.abc import Sequence

FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")  # the last four are their wide forms
QUOTED = re.compile(r"'+[=+\-@\t\r\n＝＋－＠]")
PIECE = re.compile(r"\\([;\\])|(;)|(.)", re.DOTALL)
PREFIX = "data_"


def safe(cell: str) -> str:
    """The cell, so that a spreadsheet shows it and runs nothing."""
    return f"'{cell}" if FORMULA.match(cell) else cell


def plain(cell: str) -> str:
    """What `safe` was given."""
    return cell[1:] if QUOTED.match(cell) else cell


def joined(values: Sequence[str]) -> str:
    """Several values as one cell."""
    return "; ".join(re.sub(r"([;\\])", r"\\\1", value) for value in values)


def split(cell: str) -> list[str]:
    """The values of a cell, without empty ones."""
    values: list[list[str]] = [[]]
    for escaped, semicolon, other in PIECE.findall(cell):
        if semicolon:
            values.append([])
        else:
            values[-1].append(escaped or other)
    return [value for letters in values if (value := "".join(letters).strip())]
