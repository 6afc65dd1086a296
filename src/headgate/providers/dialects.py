"""Which SQL a platform reads, by the options of a job. A provider that is not named here reads Flink's.

Never by the text: a statement that another dialect could read, too, would be read by the wrong one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from headgate.sql import BLINK, DINKY, DINKY_WITH_VARIABLES, DLI, DLI_BEFORE_SETS, FLINK, STREAM, Dialect

_VERSION = re.compile(r"(\d+)\.(\d+)")
_FIRST_WITH_SETS = (1, 13)


def dialect_of(provider: str, options: Mapping[str, Any]) -> Dialect:
    """The dialect of a statement on a target of this provider, in a job with these options."""
    match provider:
        case "alibaba-foas":
            return BLINK
        case "huawei-cs":
            return STREAM
        case "dinky":
            return DINKY_WITH_VARIABLES if options.get("fragment") else DINKY
        case "huawei-dli":
            return _of_dli(options)
    return FLINK


def _of_dli(options: Mapping[str, Any]) -> Dialect:
    """OpenSource SQL follows the version of Flink; where none is named, the platform picks one, and it may be any."""
    if options.get("job_type", "flink_opensource_sql_job") != "flink_opensource_sql_job":
        return STREAM
    version = _VERSION.match(str(options.get("flink_version", "")))
    return DLI if version and (int(version[1]), int(version[2])) >= _FIRST_WITH_SETS else DLI_BEFORE_SETS
