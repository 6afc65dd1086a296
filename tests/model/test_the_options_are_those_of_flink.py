"""The table of options has every option of a job that the Flink which is installed has."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

from headgate.local.flink_home import find_flink
from headgate.model.configuration import options
from tests.conftest import chosen_flink
from tests.sql.parser_keywords import texts

HOLDERS = re.compile(
    r"org/apache/flink/(?:configuration|table/api/config|contrib/streaming/state|state/\w+|changelog/fs)/\w+Options\.class"
)
KEY = re.compile(
    r"(?:execution|table|pipeline|state|restart-strategy|task|classloader|metrics\.latency)(?:\.[a-z0-9][A-Za-z0-9-]*)+"
)


def keys_in(jar: Path) -> set[str]:
    """Every text in the option classes of a jar that looks like the key of an option of a job."""
    with zipfile.ZipFile(jar) as opened:
        holders = [name for name in opened.namelist() if HOLDERS.fullmatch(name)]
        return {text for name in holders for text in texts(io.BytesIO(opened.read(name))) if KEY.fullmatch(text)}


def test_a_new_option_of_flink_is_noticed() -> None:
    """Make the table again as `tests.model.flink` says: an option that is not in it is compared as text."""
    lib = find_flink(chosen_flink()).lib
    found = {key for name in ("dist", "table-api-java-uber") for key in keys_in(next(lib.glob(f"flink-{name}-*.jar")))}

    known = {former for option in options().values() for former in option.get("instead_of", ())} | set(options())

    beginnings = {key for key in found if any(other.startswith(f"{key}.") for other in known)}
    assert len(found) > 300
    assert found - known - beginnings == set()
