"""The JSON Schemas beside a project, where editors find them: `schemas/project.json` and `schemas/job.json`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from headgate.errors import UsageError

FOLDER = "schemas"
# How a file of ours is known again; JSON Schema gives the keyword no meaning.
_OURS = "written by `headgate schema --write`"


def texts(schemas: Mapping[str, Any]) -> dict[str, str]:
    """The text of every schema file, by its path in the project."""
    return {
        f"{FOLDER}/{name}.json": json.dumps({"$comment": _OURS, **schema}, indent=2) + "\n"
        for name, schema in sorted(schemas.items())
    }


def renew(root: Path, schemas: Mapping[str, Any]) -> list[Path]:
    """Write the schemas of a project again, and return those that changed. Raises UsageError for files not ours."""
    files = {root / name: text for name, text in texts(schemas).items()}
    try:
        there = {file: file.read_text("utf-8") for file in files if file.exists()}
        if strange := [str(file) for file, text in there.items() if _OURS not in text]:
            hint = "move it away, and run again; editors need `schemas/job.json` and `schemas/project.json`"
            raise UsageError("this file was not written by headgate, and is left as it is", where=strange[0], hint=hint)
        changed = [file for file, text in files.items() if there.get(file) != text]
        for file in changed:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(files[file], "utf-8", newline="\n")
    except (OSError, UnicodeDecodeError) as problem:
        cause = getattr(problem, "strerror", None) or "it is no text"
        raise UsageError(f"the schemas cannot be written: {cause}", where=str(root / FOLDER)) from problem
    return changed
