"""What an edit does to state is said before it is done, and state is only given up in writing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from headgate.model.plan import RestoreKind, Settle, StopWithSavepoint, Submit, Verb, Verdict
from headgate.model.reasons import Reason
from headgate.model.spec import Savepoint, Strategy
from headgate.model.topology import Compiled, Operator, Topology
from headgate.planning import CompatibilityReport
from tests.planning.given import COUNT, EDITED, ORDERS, SOURCE, compiles_to, decided, running

SUM = Operator(14, "aggregate", "sum by id", signature="sum(id, price)", feed="orders.id,orders.price")
NEW_COUNT = replace(COUNT, id=14)
NEW_SOURCE = replace(SOURCE, id=11)


def test_edited_sql_is_resumed_from_a_savepoint():
    """State survives an edit: stop with a savepoint first, start from it second."""
    action = decided(EDITED, running(ORDERS), compatibility=compiles_to(NEW_SOURCE, NEW_COUNT))

    assert action.verb is Verb.RESTART
    assert action.steps == (StopWithSavepoint("f00"), Submit(EDITED, predecessor="f00"), Settle())
    assert action.restore is not None
    assert action.restore.kind is RestoreKind.SAVEPOINT
    assert not action.restore.allow_non_restored


def test_an_operator_that_fits_takes_over_the_live_id():
    """The platform keys state by operator id: the one that stays must go by the id its state is kept under."""
    action = decided(EDITED, running(ORDERS), compatibility=compiles_to(NEW_SOURCE, NEW_COUNT))

    assert action.state is not None
    assert action.state.verdict is Verdict.KEPT
    assert action.state.ids == {11: 1, 14: 4}
    assert action.state.fresh_from == 5


@pytest.mark.parametrize(
    ("operators", "verdict", "reason"),
    [
        pytest.param((NEW_SOURCE, SUM), Verdict.PARTIAL, Reason.STATE_PARTIAL, id="aggregate-changed"),
        pytest.param((NEW_SOURCE,), Verdict.PARTIAL, Reason.STATE_PARTIAL, id="aggregate-gone"),
        pytest.param((SUM,), Verdict.LOST, Reason.STATE_LOST, id="nothing-left"),
        pytest.param(
            (NEW_SOURCE, replace(NEW_COUNT, feed="orders.buyer")),
            Verdict.UNKNOWN,
            Reason.STATE_UNKNOWN,
            id="fed-by-another-column",
        ),
    ],
)
def test_losing_state_is_blocked_until_the_manifest_consents(operators, verdict, reason):
    """Consent is written down, for the verdict it is about, and then shows in how the job is restored."""
    consents = replace(EDITED, savepoint=Savepoint(accept=frozenset({verdict.value})))

    refused = decided(EDITED, running(ORDERS), compatibility=compiles_to(*operators))
    accepted = decided(consents, running(ORDERS), compatibility=compiles_to(*operators))

    assert (refused.verb, refused.reason, refused.steps) == (Verb.BLOCKED, reason, ())
    assert accepted.verb is Verb.RESTART
    assert accepted.state is not None
    assert accepted.state.verdict is verdict
    assert accepted.restore is not None
    assert accepted.restore.allow_non_restored is (verdict is not Verdict.UNKNOWN)


OTHER_COUNT = Operator(5, "aggregate", "count by buyer", signature="count(buyer)", feed="orders.buyer")
TWO_COUNTS = Topology((SOURCE, COUNT, OTHER_COUNT), last_id=5)


@pytest.mark.parametrize(
    ("accepts", "reason"),
    [
        pytest.param({"unknown"}, Reason.STATE_PARTIAL, id="what-is-lost-is-not-named"),
        pytest.param({"partial"}, Reason.STATE_UNKNOWN, id="what-is-unknown-is-not-named"),
        pytest.param({"partial", "unknown"}, None, id="both-are"),
    ],
)
def test_what_cannot_be_judged_is_no_consent_to_what_is_lost_beside_it(accepts, reason):
    """One count reads other rows from now on, and the other has no operator left: each is consented to by its name."""
    consents = replace(EDITED, savepoint=Savepoint(accept=frozenset(accepts)))
    fed_otherwise = replace(NEW_COUNT, feed="orders.cancelled")
    compatibility = replace(compiles_to(NEW_SOURCE, fed_otherwise), old=TWO_COUNTS)

    action = decided(consents, running(ORDERS), compatibility=compatibility)

    if reason:
        assert (action.verb, action.reason, action.steps) == (Verb.BLOCKED, reason, ())
        assert action.hint == "to go ahead: `savepoint: {accept: [unknown, partial]}`"
    else:
        assert action.verb is Verb.RESTART
        assert action.restore is not None
        assert action.restore.allow_non_restored


BY_BUYER = replace(NEW_COUNT, feed="orders.buyer", keyed_by=("orders.buyer",))


@pytest.mark.parametrize(
    ("columns", "verdict"),
    [
        pytest.param({"orders.id", "orders.buyer"}, Verdict.WRONG, id="of-the-same-source"),
        pytest.param({"orders.buyer"}, Verdict.UNKNOWN, id="of-which-the-old-one-is-gone"),
        pytest.param({"orders.id"}, Verdict.UNKNOWN, id="of-which-the-new-one-is-computed"),
    ],
)
def test_state_that_is_looked_up_by_another_column_is_wrong(columns, verdict):
    """The platform would start it, and hand the counts of one customer to another. A renamed column may be the same."""
    old = Topology((SOURCE, replace(COUNT, keyed_by=("orders.id",))), last_id=5)
    compiled = Compiled("{}", Topology((NEW_SOURCE, BY_BUYER), last_id=14, columns=frozenset(columns)))
    consents = replace(EDITED, savepoint=Savepoint(accept=frozenset({"partial", "lost"})))

    action = decided(consents, running(ORDERS), compatibility=CompatibilityReport(compiled, old))

    assert (action.verb, action.reason) == (Verb.BLOCKED, Reason(f"state-{verdict}"))


@pytest.mark.parametrize("accepts", [{"partial", "lost", "unknown"}, {"unknown"}, set()])
def test_there_is_no_consent_to_wrong_results(accepts):
    """Nobody wants them; `strategy: none` starts empty instead."""
    old = Topology((SOURCE, replace(COUNT, keyed_by=("orders.id",))), last_id=5)
    new = Topology((NEW_SOURCE, BY_BUYER), last_id=14, columns=frozenset({"orders.id", "orders.buyer"}))
    wants = replace(EDITED, savepoint=Savepoint(accept=frozenset(accepts)))

    action = decided(wants, running(ORDERS), compatibility=CompatibilityReport(Compiled("{}", new), old))
    fresh = decided(
        replace(EDITED, savepoint=Savepoint(Strategy.NONE)),
        running(ORDERS),
        compatibility=CompatibilityReport(Compiled("{}", new), old),
    )

    assert (action.verb, action.reason, action.steps) == (Verb.BLOCKED, Reason.STATE_WRONG, ())
    assert action.state is not None
    [wrong] = [one for one in action.state.operators if one.verdict is Verdict.WRONG]
    assert wrong.why == "it is kept by orders.id, and would be read by orders.buyer"
    assert fresh.verb is Verb.RESTART


def test_consent_to_one_verdict_is_not_consent_to_another():
    """`accept: [partial]` was written with some state in mind, not with none left."""
    consents = replace(EDITED, savepoint=Savepoint(accept=frozenset({"partial"})))

    action = decided(consents, running(ORDERS), compatibility=compiles_to(SUM))

    assert action.reason is Reason.STATE_LOST


def test_starting_empty_is_asked_for_and_shown():
    """`strategy: none` is the one way to an empty start, and the plan says that state is given up."""
    empty = replace(EDITED, savepoint=Savepoint(Strategy.NONE))

    action = decided(empty, running(ORDERS), compatibility=compiles_to(SUM))

    assert action.verb is Verb.RESTART
    assert action.restore is not None
    assert action.restore.kind is RestoreKind.FRESH
    assert action.state is not None
    assert action.state.verdict is Verdict.LOST


@pytest.mark.parametrize(
    ("compatibility", "reason"),
    [
        pytest.param(CompatibilityReport(rejected="no such table"), Reason.STATEMENT_REJECTED, id="rejected"),
        pytest.param(CompatibilityReport(unavailable="HTTP 503"), Reason.NOT_COMPILED, id="could-not-be-asked"),
        pytest.param(CompatibilityReport(old=None, same_vertices=True), Reason.STATE_UNKNOWN, id="nothing-to-compare"),
    ],
)
def test_what_cannot_be_judged_does_not_restart(compatibility, reason):
    """A running job is left alone until the platform has accepted what would replace it."""
    action = decided(EDITED, running(ORDERS), compatibility=compatibility)

    assert (action.verb, action.reason, action.steps) == (Verb.BLOCKED, reason, ())


@pytest.mark.parametrize(
    ("same_vertices", "words"),
    [
        pytest.param(
            True,
            "the same execution graph, but what its operators store cannot be seen: no plan for VARIANT",
            id="the-same-graph",
        ),
        pytest.param(False, "no plan for VARIANT", id="another-graph"),
        pytest.param(None, "no plan for VARIANT", id="no-graph"),
    ],
)
def test_why_state_cannot_be_judged_is_said_where_it_is_known(same_vertices: bool | None, words: str):
    """The platform said why it gave no plan; without that no one knows what to change."""
    compatibility = CompatibilityReport(Compiled(why="no plan for VARIANT"), same_vertices=same_vertices)

    action = decided(EDITED, running(ORDERS), compatibility=compatibility)

    assert action.reason is Reason.STATE_UNKNOWN
    assert action.state is not None
    assert [operator.why for operator in action.state.operators] == [words]


def test_more_parallelism_keeps_the_state_of_a_program_that_cannot_be_read():
    """Without compiled plans an unchanged program on unchanged vertex ids keeps its state; on others nobody knows."""
    wider = replace(ORDERS, parallelism=4)

    same = decided(wider, running(ORDERS), compatibility=CompatibilityReport(same_vertices=True))
    other = decided(wider, running(ORDERS), compatibility=CompatibilityReport(same_vertices=False))

    assert (same.verb, same.state and same.state.verdict) == (Verb.RESTART, Verdict.KEPT)
    assert (other.verb, other.reason) == (Verb.BLOCKED, Reason.STATE_UNKNOWN)
