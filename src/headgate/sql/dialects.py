"""The SQL of the platforms, as far as it differs from Flink's. The target of a job says which one its statement is in.

One lexer, one way to split and one way to compare serve them all; a `Dialect` says what differs. A caller that reads a
text names the dialect, and nobody guesses it from the text. What headgate has no parser for is not `judged`: what looks
wrong there by the rules of Flink is a warning, because the platform may well read it.

- Stream SQL, of Huawei's Cloud Stream and of DLI's `flink_sql_job`: strings in double quotes, streams in place of
  tables, and as many INSERTs as there are sinks and temporary streams
  https://support.huaweicloud.com/intl/en-us/sqlref-flink-dli/dli_08_0275.html
- DLI's OpenSource SQL, whose SET needs no quotes; up to Flink 1.12 it has no statement set yet and reads double quotes
  https://support.huaweicloud.com/intl/en-us/sqlref-flink-dli/dli_08_15050.html
  https://support.huaweicloud.com/intl/en-us/sqlref-flink-dli/dli_08_0438.html
- Blink SQL of Realtime Compute: all INSERTs of a script are one job, and there is no statement set
  https://github.com/AlibabaCloudDocs/sc
- Dinky's SQL: Flink's, with variables that Dinky fills in; SET needs no quotes; all INSERTs of a task are one job
  https://github.com/DataLinkDC/dinky
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, replace

from headgate.sql.keywords import ALWAYS_RESERVED, RESERVED


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one SQL differs from Flink's.

    `double_quotes`: `"text"` is a string. `bare_settings`: `SET key = value` needs no quotes. `free_inserts`: several
    INSERTs are one job without a statement set; where `sets_alike` holds, too, they mean the same as in a set.
    `judged`: its mistakes are reported by the rules of Flink. `own_variables`: the platform puts values in place of
    `${name}`. `variables` is a pattern of what it fills in outside of strings, `definitions` are `name := text;`.
    `kinds` are the words that CREATE has before STREAM. `reserved` are the words that are never names.
    """

    name: str
    double_quotes: bool = False
    bare_settings: bool = False
    free_inserts: bool = False
    sets_alike: bool = False
    judged: bool = True
    own_variables: bool = False
    variables: str = ""
    definitions: bool = False
    kinds: Set[str] = frozenset()
    reserved: Set[str] = RESERVED


FLINK = Dialect("Flink SQL")
STREAM = Dialect(
    "Stream SQL",
    double_quotes=True,
    free_inserts=True,
    judged=False,
    own_variables=True,
    kinds=frozenset({"SOURCE", "SINK", "TEMP"}),
    reserved=ALWAYS_RESERVED,
)
DLI = Dialect("Flink SQL of DLI", bare_settings=True)
# Statement sets came with Flink 1.13; before them all INSERTs of a DLI job were one.
DLI_BEFORE_SETS = Dialect("Flink SQL of DLI up to 1.12", double_quotes=True, bare_settings=True, free_inserts=True)
BLINK = Dialect("Blink SQL", free_inserts=True, sets_alike=True, judged=False, own_variables=True)
_INSIDE = r"\{[^{}'\"\r\n]*\}"
DINKY = Dialect("Dinky's SQL", bare_settings=True, free_inserts=True, sets_alike=True, variables=rf"[@#]{_INSIDE}")
# Of a task whose variables Dinky fills in.
DINKY_WITH_VARIABLES = replace(
    DINKY, own_variables=True, variables=rf"{DINKY.variables}|\$(?!\{{env:){_INSIDE}", definitions=True
)
