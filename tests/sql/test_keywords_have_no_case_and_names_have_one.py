"""Keywords are those of Flink's own parsers; a word that is a name to any supported Flink keeps its case."""

from __future__ import annotations

import json
import re

import pytest
from tests.conftest import chosen_flink
from tests.sql.parsed import Parsed, answers
from tests.sql.parser_keywords import DATA, keywords, version

from headgate.local.flink_home import find_flink
from headgate.sql import meaning

ANSWERS = answers()
# A type that cannot be defined is parsed as one in 1.20, and no job with it ever ran.
TYPES = frozenset({"VARIANT", "BITMAP"})
OF_A_TYPE = re.compile(r"\ba @|AS @\)")


def test_the_list_is_that_of_the_parser_that_is_installed() -> None:
    """A new Flink with a new keyword is noticed here: make the list again as `parser_keywords` says."""
    home = find_flink(chosen_flink()).lib.parent
    listed = json.loads(DATA.read_text("utf-8"))
    here = listed.pop("versions").index(version(home))

    words = {word: signs[here] for signs, rows in listed.items() for word in " ".join(rows).split()}

    reserved = {word: sign == "R" for word, sign in words.items() if sign != "-"}
    assert reserved == keywords(home)


@pytest.mark.parametrize("parsed", [pytest.param(one, id=one.sql[:90]) for one in ANSWERS.statements])
def test_a_keyword_has_no_case_and_a_name_has_one(parsed: Parsed) -> None:
    """Each word of a statement in the other case, against the trees that the parsers of all versions make of it."""
    for at in (*parsed.keywords, *parsed.names):
        word = re.split(r"\W", parsed.sql[at:], maxsplit=1)[0]
        rest = parsed.sql[at + len(word) :]
        edited = parsed.sql[:at] + word.swapcase() + rest
        calls = rest.lstrip().startswith("(")  # functions are found whatever their case
        if at in parsed.names and (calls or word in TYPES):
            continue
        assert (meaning(edited) == meaning(parsed.sql)) == (at in parsed.keywords), word


@pytest.mark.parametrize("template", ANSWERS.no_names)
def test_a_name_to_any_version_keeps_its_case(template: str) -> None:
    """`SELECT qualify` is a column of Flink 1.20."""
    types = TYPES if OF_A_TYPE.search(template) else frozenset()
    names = [word for word in ANSWERS.words if word not in ANSWERS.no_names[template] | types]

    unseen = [word for word in names if _same(template, word)]

    assert unseen == []


def _same(template: str, word: str) -> bool:
    return meaning(template.replace("@", word)) == meaning(template.replace("@", word.lower()))


@pytest.mark.parametrize(
    "clause",
    ["ROW_NUMBER() OVER (PARTITION BY k ORDER BY v DESC) <= 3", "rn = 1", "NOT a", "(COUNT(*) OVER w) = 1", "'a' < b"],
)
def test_qualify_before_an_expression_is_a_keyword(clause: str) -> None:
    """Nothing but an expression could follow: an alias it cannot be."""
    query = "INSERT INTO snk SELECT k, v FROM src {} " + clause

    assert meaning(query.format("qualify")) == meaning(query.format("QUALIFY"))
