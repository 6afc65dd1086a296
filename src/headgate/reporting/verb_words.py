"""The words and symbols for what is done, and the sentence that sums it up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from headgate.model.live import Unknown
from headgate.model.outcome import Outcome, Report
from headgate.model.packages import Use
from headgate.model.plan import Action, Plan, Verb
from headgate.model.reasons import Reason
from headgate.reporting.palette import Palette

SYMBOLS: Mapping[Verb, str] = {
    Verb.KEEP: "=",
    Verb.SUBMIT: "+",
    Verb.RESTART: "~",
    Verb.RESCALE: "~",
    Verb.UPDATE: "~",
    Verb.SUSPEND: "-",
    Verb.RESUME: "+",
    Verb.CANCEL: "-",
    Verb.ADOPT: ">",
    Verb.BLOCKED: "!",
}


LEGEND = "Symbols: + start, ~ change what runs, - stop, > take over, ! blocked; what is in sync is only counted."


def is_first(plan: Plan) -> bool:
    """Is this most likely the first plan that a person sees: jobs are to be started, and none of git's runs yet?"""
    return any(one.verb is Verb.SUBMIT for one in plan.actions) and not any(one.live for one in plan.actions)


def colour(verb: Verb, palette: Palette) -> str:
    """The palette's colour for a verb."""
    match SYMBOLS[verb]:
        case "+":
            return palette.added
        case "-":
            return palette.removed
        case "!":
            return palette.trouble
        case "=":
            return palette.quiet
        case _:
            return palette.changed


def to_settle(plan: Plan) -> tuple[Action, ...]:
    """Jobs that are kept as they are, and waited for: an earlier run did not see them settle."""
    return tuple(a for a in plan.actions if a.verb is Verb.KEEP and a.changes_something)


def use_words(use: Use) -> str:
    """Where a job uses a package: `git and live`, `git`, `live`, or `git, live unknown`."""
    if use.live is None:
        return "git, live unknown"
    return "git and live" if use.where == "both" else use.where


def package_lines(plan: Plan) -> list[tuple[str, str]]:
    """The packages that a plan changes, each with all jobs that use it; not one that is a single job's own."""
    return [
        (package.name, ", ".join(f"{use.job} on {use.target} ({use_words(use)})" for use in package.uses))
        for package in plan.packages
        if len(package.uses) > 1
    ]


def silence_lines(target: str, seen: Unknown) -> list[str]:
    """Why a target gave no answer to trust, and what to look at first."""
    return [f"{target}: {seen.why}", *([f"  hint: {seen.hint}"] if seen.hint else [])]


def left_git(plan: Plan) -> tuple[Action, ...]:
    """Jobs that run on although their manifest is gone."""
    return tuple(a for a in plan.actions if a.verb is Verb.KEEP and a.reason == Reason.LEFT_GIT)


def refusal_lines(plan: Plan) -> list[str]:
    """Why `apply` refuses the plan, and what consents to it once; none where it does not."""
    lines = [one.words for one in plan.refused]
    options = " ".join(one.option for one in plan.refused)
    return [*lines, f"hint: review the plan; `headgate apply {options}` consents to it once"] if lines else []


def counted(number: int, one: str, many: str = "") -> str:
    """`1 job`, `2 jobs`."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def plan_summary(plan: Plan) -> str:
    """One sentence for the whole plan."""
    counts = plan.summary()
    orphans = len(left_git(plan))
    waiting = len(to_settle(plan))
    put_back = len(rolled_back(plan.actions))
    in_sync = counts[Verb.KEEP] - orphans - waiting - put_back
    said = [
        f"{counts[verb]} {'blocked' if verb is Verb.BLOCKED else 'to ' + verb}"
        for verb in Verb
        if verb is not Verb.KEEP and counts[verb]
    ]
    if waiting:
        said.append(f"{waiting} to settle")
    if plan.errors:
        said.append(f"{counted(len(plan.errors), 'mistake')} in manifests")
    if silent := len(plan.unknown_targets):
        said.append(f"{counted(silent, 'target')} unknown")
    if not said:
        none = [] if in_sync or plan.only or put_back else ["There are no jobs in git."]
        sentences = [*none, *_in_order(in_sync, orphans), *_put_back(put_back), *_degraded(plan.degraded)]
        return " ".join(["No changes.", *sentences])
    if orphans:
        said.append(f"{orphans} left git")
    if in_sync:
        said.append(f"{in_sync} in sync")
    return " ".join([f"Plan: {', '.join(said)}.", *_put_back(put_back), *_degraded(plan.degraded)])


def rolled_back(actions: Iterable[Action]) -> tuple[Action, ...]:
    """Jobs that are kept as a rollback left them: an earlier revision runs, and git asks for another."""
    return tuple(a for a in actions if a.verb is Verb.KEEP and a.reason == Reason.ROLLED_BACK)


def _put_back(number: int) -> list[str]:
    """A sentence on the jobs that a rollback put back; none on none."""
    words = f"{counted(number, 'job is', 'jobs are')} rolled back, and not what git asks for."
    return [words] if number else []


def _degraded(actions: Sequence[Action]) -> list[str]:
    """A sentence on the jobs that are left as they are and do badly; none on none."""
    number = len(actions)
    return [f"{number} {'is' if number == 1 else 'are'} degraded."] if number else []


def _in_order(in_sync: int, orphans: int) -> list[str]:
    """A sentence on the jobs that are as git asks, and one on those that left git; none on none."""
    said = [f"{counted(in_sync, 'job is', 'jobs are')} what git asks for."] if in_sync else []
    return [*said, f"{orphans} left git and {'runs' if orphans == 1 else 'run'} on."] if orphans else said


def report_summary(report: Report) -> str:
    """One sentence for what became of a plan."""
    said = _counts(report, (outcome for outcome in Outcome if outcome is not Outcome.KEPT))
    kept = [result.action for result in report.results if result.outcome is Outcome.KEPT]
    orphans = sum(1 for action in kept if action.reason == Reason.LEFT_GIT)
    put_back = len(rolled_back(kept))
    in_sync = len(kept) - orphans - put_back
    degraded = _degraded(report.degraded)
    if not said:
        return " ".join(["Nothing to do.", *_in_order(in_sync, orphans), *_put_back(put_back), *degraded])
    if orphans:
        said.append(f"{orphans} left git")
    if in_sync:
        said.append(f"{in_sync} in sync")
    done = all(outcome.fine for outcome in Outcome if report.count(outcome))
    return " ".join([f"{'Done' if done else 'Not all done'}: {', '.join(said)}.", *degraded])


def _counts(report: Report, outcomes: Iterable[Outcome]) -> list[str]:
    return [f"{number} {outcome}" for outcome in outcomes if (number := report.count(outcome))]
