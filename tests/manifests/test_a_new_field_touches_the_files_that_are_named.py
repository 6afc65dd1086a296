"""The page on how to add a field names the files that the shortest real example is in, in the order of its story."""

from __future__ import annotations

import re
from pathlib import Path

import headgate.manifests

SOURCE = Path(headgate.manifests.__file__).parents[1]


def test_the_files_of_savepoint_max_age_are_those_that_the_page_names():
    """Who adds a field follows it step by step: a file too many or too few costs an hour."""
    page = headgate.manifests.__doc__ or ""
    named = re.findall(r"^\d\. `([^`]+\.py)`", page, flags=re.MULTILINE)

    found = {
        file.relative_to(SOURCE).as_posix()
        for file in SOURCE.rglob("*.py")
        if "max_age" in file.read_text("utf-8") and file != Path(headgate.manifests.__file__)
    }

    assert len(named) == len(set(named))
    assert set(named) == found
