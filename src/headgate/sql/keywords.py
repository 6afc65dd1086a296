"""Flink's keywords, as the parsers of the supported versions list them: `flink_keywords.json`.

A RESERVED word is never a name unless it is quoted, so its case never counts. A word that is a name in any version of
Flink that may run a job is not in it: to take a name for a keyword would hide a change. Of those words, `positions`
finds where they are keywords.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from importlib import resources


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


def _read() -> Mapping[str, str]:
    """Every keyword of any version, and what it is in each: R reserved, N a name too, - no keyword."""
    found = json.loads(resources.files("headgate.sql").joinpath("flink_keywords.json").read_text("utf-8"))
    return {word: signs for signs, rows in found.items() if signs != "versions" for word in " ".join(rows).split()}


# Reserved since 1.20 and names before that: hosted platforms run older versions, too.
_NAMES_BEFORE_1_20 = _listed(
    """
    ARRAY_CONCAT_AGG BUCKETS CONTINUOUS DISTRIBUTED DISTRIBUTION FRESHNESS FUSION GROUP_CONCAT HASH ILIKE INCLUDE
    MATERIALIZED MODELS PERMUTE PROCEDURES REFRESH REFRESH_MODE RESUME RLIKE SEPARATOR STRING_AGG SUSPEND
    """
)
_SIGNS = _read()

KEYWORDS = frozenset(_SIGNS)
RESERVED = frozenset(word for word, signs in _SIGNS.items() if set(signs) == {"R"}) - _NAMES_BEFORE_1_20

# Not always reserved, yet something else without its quotes: reserved in some versions, or read as a keyword in places
# where a name may stand. All other keywords were parsed both ways in every place a name may have, to the same tree.
NOT_THE_SAME_UNQUOTED = frozenset(word for word, signs in _SIGNS.items() if "R" in signs) - RESERVED | _listed(
    "CATALOG FINAL GEOMETRY MAP"
)

# As a whole column such a word also names it, spelled as it is: `SELECT current_date` makes a column `current_date`.
NAMES_ITS_COLUMN = frozenset(
    word
    for word in RESERVED
    if re.fullmatch(r"CURRENT_(?!ROW)\w+|LOCALTIME|LOCALTIMESTAMP|SESSION_USER|SYSTEM_USER|USER", word)
) - {"CURRENT_TRANSFORM_GROUP_FOR_TYPE"}
