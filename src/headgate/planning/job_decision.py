"""The decision about one job of git, from the first look to the last answer. Read from the top.

1. What its target does not say is unknown, and a stranger by its name is adopted or blocked.
2. A job that does not run where git wants it is looked for: the store is asked where it was seen last.
3. The rule book (`deciding`) makes a draft of what was observed, here or where the job comes from (`moves`).
4. The store is asked about earlier starts that did not settle (`rollback`).
5. The platform is asked about what would be started (`compatibility`); its answer is the last word.
"""

from __future__ import annotations

from dataclasses import replace

from headgate.model.live import Absent, Live, Observed, Unknown
from headgate.model.plan import Action
from headgate.model.reasons import Reason
from headgate.model.spec import JobSpec
from headgate.planning.actions import submits
from headgate.planning.compatibility import asks_the_platform, is_lost, judged
from headgate.planning.deciding import decide, decide_adoption, decide_forgotten
from headgate.planning.live_jobs import look_up
from headgate.planning.moves import Seen, copies_elsewhere, doubts, moved_here
from headgate.planning.plan_input import PlanInput
from headgate.planning.questions import Asking, Compatibility, LastSeen, asked
from headgate.planning.rollback import in_view_of_earlier_starts, of_a_forgotten_job

_NOT_HEARD = Unknown("the target did not report")


def decided(plan_input: PlanInput, want: JobSpec) -> Asking[Action]:
    """What to do with one job of git."""
    look = plan_input.observed.get(want.target, _NOT_HEARD)
    if isinstance(look, Unknown):
        return decide(want, look)
    have, stranger = look_up(look, want.name, want.previous_name)
    if stranger and isinstance(have, Live):
        draft = decide_adoption(want, have)
    else:
        draft = yield from _of_ours(plan_input, want, have)
    if is_lost(draft) or not asks_the_platform(draft):
        return draft
    report = yield from asked(Compatibility(draft))
    return judged(draft, report, now=plan_input.now)


def _of_ours(plan_input: PlanInput, want: JobSpec, have: Observed) -> Asking[Action]:
    """The draft for a job of ours, in view of where else it may be and of what became of earlier starts."""
    remembered: Seen = ()
    if isinstance(have, Absent) or (isinstance(have, Live) and not have.state.active):
        seen = yield from asked(LastSeen(want, listed=isinstance(have, Live)))
        remembered = tuple(one for one in seen if not plan_input.is_listed_elsewhere(one))
        draft = yield from moved_here(plan_input, want, have, remembered)
    elif (draft := copies_elsewhere(plan_input, want, have)) is not None:
        return draft
    draft = draft or (yield from _here(plan_input, want, have, remembered))
    if is_lost(draft) or draft.reason is Reason.ROLLED_BACK:
        return draft
    return (yield from in_view_of_earlier_starts(plan_input, draft))


def _here(plan_input: PlanInput, want: JobSpec, have: Observed, remembered: Seen) -> Asking[Action]:
    """The draft for a job whose place is where git wants it."""
    known = next((one.job for one in remembered if one.target == want.target), None)
    if isinstance(have, Absent) and known is not None:
        rollback = yield from of_a_forgotten_job(plan_input, want, known)
        draft = yield from decide_forgotten(want, known, rollback=rollback, now=plan_input.now)
    else:
        draft = decide(want, have, now=plan_input.now)
    if draft.note or not submits(draft) or draft.reason is Reason.ROLLED_BACK:
        return draft
    return replace(draft, note=doubts(plan_input, draft, have, remembered))
