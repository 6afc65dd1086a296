"""Functions of a user, in jars of their own.

`acme.Upper` has no state, `acme.Total` is an aggregate, and `acme.BadClose` fails as it is closed.

The jars stand beside their sources because the tests need no JDK; `python -m tests.functions` makes them again.
"""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent
UPPER = FOLDER / "upper.jar"
TOTAL = FOLDER / "total.jar"
BAD_CLOSE = FOLDER / "badclose.jar"
# Each jar with its source.
SOURCES = {
    UPPER: FOLDER / "acme" / "Upper.java",
    TOTAL: FOLDER / "acme" / "Total.java",
    BAD_CLOSE: FOLDER / "acme" / "BadClose.java",
}
