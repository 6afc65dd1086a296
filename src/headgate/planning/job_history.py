"""What earlier starts of a job came to, as far as a decision needs it: asked of the store a little at a time.

Most jobs have a history that decides nothing, and there may be thousands of them. So each part is asked for only where
a rule of `rollback` can use it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from headgate.model.formatting import moment
from headgate.model.live import JobState, Previous
from headgate.model.plan import Action
from headgate.model.spec import JobSpec
from headgate.model.store_records import Applied
from headgate.planning.actions import starts
from headgate.planning.plan_input import PlanInput
from headgate.planning.previous_revision import what_ran_before
from headgate.planning.questions import Asking, Quarantined, Revisions, asked


@dataclass(frozen=True, slots=True)
class JobHistory:
    """What earlier runs left about the job in git.

    `quarantined`: its manifest did not settle and is not tried again; `why` is what it died of. `unsettled`: an earlier
    run started the job that is there, and nobody saw it settle. `previous` is the previous revision, `again` the spec
    that
    runs that once more; None where a secret for it is missing. `tries` counts how often in a row the infrastructure
    failed this manifest, and `tried_at` is when it last did, in milliseconds.
    """

    quarantined: bool = False
    why: str = ""
    unsettled: bool = False
    previous: Previous | None = None
    again: JobSpec | None = None
    tries: int = 0
    tried_at: int = 0

    @property
    def has_previous(self) -> bool:
        """Is there a revision to go back to that can be started?"""
        return self.previous is not None and self.again is not None


NO_HISTORY = JobHistory()


def history_of(plan_input: PlanInput, draft: Action, want: JobSpec) -> Asking[JobHistory]:
    """What the store knows that may change this draft; nothing is asked where nothing can."""
    if not _may_matter(plan_input, draft):
        return NO_HISTORY
    live = draft.live
    failing = yield from asked(Quarantined(want.name))
    unsettled = live is not None and live.start_key in plan_input.begun(want.name)
    found = JobHistory(unsettled=unsettled)
    if failing is not None and failing.revision == want.manifest_hash:
        found = replace(found, quarantined=True, why=f"{failing.why} ({moment(failing.at)})")
    if live is None:
        return found
    previous = yield from what_ran_before(
        draft, live, want, plan_input.environ, quarantined=found.quarantined, unsettled=unsettled
    )
    if previous is not None:
        found = replace(found, previous=previous, again=previous.again(want, plan_input.environ))
    if plan_input.loops and live.state is JobState.RUNNING and starts(draft):
        entries = yield from asked(Revisions(want.name, want.previous_name))
        found = _with_tries(found, want, entries)
    return found


def _may_matter(plan_input: PlanInput, draft: Action) -> bool:
    """It may where something would be started, where a start has yet to get going, and where a run was cut off."""
    if plan_input.only and draft.job not in plan_input.only:
        return False
    not_going = draft.live is not None and draft.live.state in (JobState.STARTING, JobState.FAILED)
    return starts(draft) or not_going or draft.job in plan_input.unfinished


def _with_tries(found: JobHistory, want: JobSpec, entries: tuple[Applied, ...]) -> JobHistory:
    """How often in a row this manifest was started, failed by the infrastructure, and stood in for since."""
    tries = 0
    for stand_in, tried in zip(entries[::2], entries[1::2], strict=False):
        if (stand_in.outcome, tried.outcome, tried.revision) != ("rolled-back", "unclear", want.revision):
            break
        tries += 1
    return replace(found, tries=tries, tried_at=round(entries[0].at.timestamp() * 1000)) if tries else found
