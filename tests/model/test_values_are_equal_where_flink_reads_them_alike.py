"""Equality of option values is Flink's own: held against what real Flinks of all versions read and refused."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headgate.model import configuration
from headgate.model.configuration import expected, normal_value, options
from tests.model.flink import REFUSED, Spelling, spellings

SPELLINGS = tuple(spellings())
KINDS = sorted({one.kind for one in SPELLINGS})
LAW = settings(deadline=None)
# One option of each type, as the table of the package describes them.
TYPES: Mapping[str, Mapping[str, object]] = {
    "enum": {"type": "enum", "values": ["FIRST_WORD", "SECOND"]},
    "dashed": {"type": "enum", "values": ["first-word", "second"]},
    "memorysize": {"type": "memory"},
}
# YAML that is more than a plain list or map, or a part of it: what Flink makes of these is not known offline. Their
# text is their own value, so an edit of it is a restart, and none of them is refused.
NOT_KNOWN = frozenset(
    {
        *("[a, [b]]", "- a\n- b", "[true]", "[null]", "[1 s, 1000 ms]", "[a;b]", "[a", "{a: b}"),
        *("a:b, c:d", "a: b,c: d", "a :b,c :d", "a: b\nc: d", "{a: true}", "{a: {b: c}}", "{a: null}", "{a: [b]}"),
        *("{a: b, a: c}", "[{a: b, c: d}, {e: f}]", "'a:b':c", "'a':'b','c':'d'", "a:", "[a]"),
    }
)


@pytest.fixture(autouse=True)
def one_option_of_each_type(monkeypatch: pytest.MonkeyPatch) -> None:
    """Named by its type."""
    table = {kind: dict(TYPES.get(kind, _described(kind))) for kind in KINDS}
    monkeypatch.setattr(configuration, "options", lambda: table)


def _described(kind: str) -> Mapping[str, object]:
    element, _, many = kind.partition(" ")
    return {**TYPES.get(element, {"type": element}), **({"list": True} if many else {})}


@pytest.mark.parametrize("kind", KINDS)
def test_values_that_are_equal_are_read_alike_by_every_flink(kind: str) -> None:
    """Otherwise a change would be missed, or a job be left that cannot be started again."""
    of_kind = [one for one in SPELLINGS if one.kind == kind]

    for one, other in itertools.combinations(of_kind, 2):
        if normal_value(kind, one.text) == normal_value(kind, other.text):
            assert one.read == other.read, (one, other)


@pytest.mark.parametrize("kind", KINDS)
def test_values_that_every_flink_reads_alike_are_equal(kind: str) -> None:
    """Otherwise writing it another way would be a restart."""
    plain = [one for one in SPELLINGS if one.kind == kind and set(one.read) != {REFUSED} and one.text not in NOT_KNOWN]

    for one, other in itertools.combinations(plain, 2):
        if one.read == other.read:
            assert normal_value(kind, one.text) == normal_value(kind, other.text), (one, other)


@pytest.mark.parametrize("one", [pytest.param(one, id=str(one)) for one in SPELLINGS])
def test_a_value_is_refused_if_no_flink_reads_it(one: Spelling) -> None:
    """And none that any of them reads."""
    refused = set(one.read) == {REFUSED}

    assert bool(expected(one.kind, one.text)) == (refused and one.text not in NOT_KNOWN)


@LAW
@given(kind=st.sampled_from(KINDS), data=st.data())
def test_the_normal_form_of_a_value_is_its_own(kind: str, data: st.DataObject) -> None:
    """Read again it is the same, whatever text there was."""
    texts = st.sampled_from([one.text for one in SPELLINGS if one.kind == kind]) | st.text("ab1 ;:,'\"[]{}-+.TFsmkP")
    text = data.draw(texts)
    table = {kind: dict(TYPES.get(kind, _described(kind)))}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(configuration, "options", lambda: table)

        normal = normal_value(kind, text)

        assert normal_value(kind, normal) == normal
        assert bool(expected(kind, normal)) == bool(expected(kind, text))


def test_a_dash_is_no_underscore(monkeypatch: pytest.MonkeyPatch) -> None:
    """`ConfigurationUtils.convertToEnum` compares the names of the values without case, and nothing else."""
    monkeypatch.setattr(configuration, "options", options)
    retention = "execution.checkpointing.externalized-checkpoint-retention"

    assert expected(retention, "retain-on-cancellation").startswith("one of DELETE_ON_CANCELLATION")
    assert normal_value(retention, "retain-on-cancellation") != normal_value(retention, "RETAIN_ON_CANCELLATION")
    assert normal_value(retention, "retain_on_cancellation") == normal_value(retention, "RETAIN_ON_CANCELLATION")


def test_every_default_in_the_table_is_one_that_flink_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is compared with what people write."""
    monkeypatch.setattr(configuration, "options", options)

    wrong = {key: option["default"] for key, option in options().items() if expected(key, option["default"] or "")}

    assert {key: text for key, text in wrong.items() if text is not None} == {}
