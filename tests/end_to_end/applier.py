"""A process that applies whenever it is asked to: reads a folder a line, answers an exit code and the output as JSON.

Two of these meet on a cluster hundreds of times without paying for the start of a Python each time.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
import traceback

from headgate.cli.main import cli
from headgate.errors import HeadgateError


def applied_in(folder: str) -> tuple[int, str]:
    """`headgate apply --yes` in a folder."""
    os.chdir(folder)
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        try:
            code = cli.main(["apply", "--yes"], standalone_mode=False)
        except HeadgateError as trouble:
            return trouble.exit_code, f"{said.getvalue()}{trouble}"
        except Exception:
            return 99, said.getvalue() + traceback.format_exc()
    return code if isinstance(code, int) else 0, said.getvalue()


if __name__ == "__main__":
    for line in sys.stdin:
        sys.stdout.write(json.dumps(applied_in(line.strip())) + "\n")
        sys.stdout.flush()
