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

# Those that were reserved, too, when the SQL of other platforms was made: the words of SQL-92 that are, and what
# Calcite had from the start. Any other word may be a name there.
ALWAYS_RESERVED = RESERVED & _listed(
    """
    ABS ALL ALTER AND ANY ARRAY AS AT AVG BETWEEN BIGINT BINARY BOOLEAN BOTH BY CASE CAST CEIL CHAR CHARACTER
    CHARACTER_LENGTH CHAR_LENGTH CHECK COALESCE COLLATE COLLECT COLUMN CONSTRAINT CONVERT COUNT CREATE CROSS CUBE
    CURRENT CURRENT_DATE CURRENT_TIME CURRENT_TIMESTAMP DATE DAY DEC DECIMAL DEFAULT DEFINE DELETE DENSE_RANK DESCRIBE
    DISTINCT DOUBLE DROP ELEMENT ELSE END ESCAPE EXCEPT EXECUTE EXISTS EXP EXTRACT FALSE FETCH FIRST_VALUE FLOAT FLOOR
    FOR FOREIGN FROM FULL FUNCTION GROUP GROUPING HAVING HOUR IN INNER INSERT INT INTEGER INTERSECT INTERVAL INTO IS
    JOIN LAST_VALUE LATERAL LEADING LEFT LIKE LIMIT LN LOCALTIME LOCALTIMESTAMP LOWER MATCH_RECOGNIZE MAX MEASURES MERGE
    MIN MINUTE MOD MONTH MULTISET NATURAL NOT NULL NULLIF NUMERIC OF OFFSET ON ONLY OR ORDER OUTER OVER OVERLAPS OVERLAY
    PARTITION PATTERN PERIOD POSITION POWER PRECISION PRIMARY RANGE RANK REAL RIGHT ROLLUP ROW ROWS ROW_NUMBER SECOND
    SELECT SET SIMILAR SMALLINT SOME SQRT STDDEV_POP STDDEV_SAMP STREAM SUBSTRING SUM SYMMETRIC SYSTEM_TIME TABLE
    TABLESAMPLE THEN TIME TIMESTAMP TINYINT TO TRAILING TRIM TRUE UNION UNIQUE UNKNOWN UNNEST UPDATE UPPER USER USING
    VALUES VARBINARY VARCHAR VAR_POP VAR_SAMP WHEN WHERE WINDOW WITH WITHIN WITHOUT YEAR
    """
)

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
