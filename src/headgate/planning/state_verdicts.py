"""What an edit does to state: match the operators of the live job with those of the new one.

An operator keeps its state if one with the same signature (what it stores) and the same feed (what its input means)
is there in the new job: it takes over the old one's id. The same signature under another feed would be restored and
might then mean something else, so that is unknown, never kept; looked up by another column of the same source it surely
means something else, and that is wrong. Operators left without a partner are lost, and new ones start empty. Flink's
own behaviour on each kind of edit was seen on real restores; it refuses some, and accepts one that computes wrong
results - which is why vertex ids alone do not decide.
"""

from __future__ import annotations

from headgate.model.plan import OperatorVerdict, StateVerdict, Verdict
from headgate.model.topology import Compiled, Operator, Topology


def judge(old: Topology | None, new: Compiled, *, same_vertices: bool | None) -> StateVerdict:
    """The verdict for a restart from a snapshot of the old job.

    Without both topologies only the vertex ids are left to compare (`same_vertices`; None: not known), and what they
    cannot tell is unknown.
    """
    if old is not None and new.topology is not None:
        return _matched(old, new.topology)
    why = new.why or "the live job does not say what its operators store"
    if same_vertices:
        why = f"the same execution graph, but what its operators store cannot be seen: {why}"
    return StateVerdict(Verdict.UNKNOWN, (OperatorVerdict("all operators", Verdict.UNKNOWN, why),))


def unchanged_program(*, same_vertices: bool | None, why: str) -> StateVerdict:
    """The verdict where the program is the same and only its surroundings changed, judged by vertex ids alone."""
    if same_vertices:
        return StateVerdict(Verdict.KEPT, (OperatorVerdict("all operators", Verdict.KEPT, "the same program"),))
    reason = why or "the operator ids of the new execution graph are not those of the live one"
    return StateVerdict(Verdict.UNKNOWN, (OperatorVerdict("all operators", Verdict.UNKNOWN, reason),))


def _matched(old: Topology, new: Topology) -> StateVerdict:
    waiting = list(new.operators)
    ids: dict[int, int] = {}
    verdicts: list[OperatorVerdict] = []
    partners = [(operator, _take(waiting, operator, exactly=True)) for operator in old.operators]
    for operator, partner in partners:
        if partner is not None:
            ids[partner.id] = operator.id
            verdicts.append(OperatorVerdict(operator.name, Verdict.KEPT, "the same operator on the same input"))
            continue
        resembling = _take(waiting, operator, exactly=False)
        if resembling is not None:
            ids[resembling.id] = operator.id
            verdicts.append(_of_resembling(operator, resembling, new))
        else:
            verdicts.append(OperatorVerdict(operator.name, Verdict.LOST, _why_lost(operator, new)))
    verdicts += [OperatorVerdict(new_one.name, Verdict.NONE, "new, starts empty") for new_one in waiting]
    return StateVerdict(_overall(verdicts), tuple(verdicts), ids, fresh_from=old.last_id)


def _of_resembling(operator: Operator, resembling: Operator, new: Topology) -> OperatorVerdict:
    """The verdict where the old state can be read, but what feeds the operator changed."""
    before, after = operator.keyed_by, resembling.keyed_by
    if before != after and new.columns.issuperset((*before, *after)):
        why = f"it is kept by {', '.join(before)}, and would be read by {', '.join(after)}"
        return OperatorVerdict(operator.name, Verdict.WRONG, why)
    why = "it can be read, but what feeds it changed: old and new rows may not mean the same"
    return OperatorVerdict(operator.name, Verdict.UNKNOWN, why)


def _take(waiting: list[Operator], operator: Operator, *, exactly: bool) -> Operator | None:
    for candidate in waiting:
        if candidate.signature == operator.signature and (not exactly or candidate.feed == operator.feed):
            waiting.remove(candidate)
            return candidate
    return None


def _why_lost(operator: Operator, new: Topology) -> str:
    if any(other.kind == operator.kind for other in new.operators):
        return "its keys, types or aggregates changed: the old state cannot be read"
    return "no such operator any more"


def consents(state: StateVerdict) -> tuple[Verdict, ...]:
    """The verdicts that the manifest must accept, each in writing, before a job may be started so; the gravest first.

    That something cannot be judged is not consent to what surely is lost beside it.
    """
    found = {operator.verdict for operator in state.operators} or {state.verdict}
    needed: list[Verdict] = [verdict for verdict in (Verdict.WRONG, Verdict.UNKNOWN) if verdict in found]
    if found & {Verdict.LOST, Verdict.PARTIAL}:
        some_stays = found & {Verdict.KEPT, Verdict.UNKNOWN, Verdict.PARTIAL}
        needed.append(Verdict.PARTIAL if some_stays else Verdict.LOST)
    return tuple(needed)


def _overall(verdicts: list[OperatorVerdict]) -> Verdict:
    found = [verdict.verdict for verdict in verdicts]
    for gravest in (Verdict.WRONG, Verdict.UNKNOWN):
        if gravest in found:
            return gravest
    if Verdict.LOST in found:
        return Verdict.PARTIAL if Verdict.KEPT in found else Verdict.LOST
    return Verdict.KEPT if Verdict.KEPT in found else Verdict.NONE
