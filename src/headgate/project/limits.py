"""What `safety:` refuses, as an error; `planning.safety` finds it."""

from __future__ import annotations

from collections.abc import Sequence

from headgate.errors import PlanRefused
from headgate.model.plan import Refusal


class LimitPassed(PlanRefused):
    """The plan would restart or cancel more jobs than `safety:` allows in one run. Nothing was changed.

    `max_restarts` counts the jobs that are stopped and started again, suspended or adopted with a restart;
    `max_cancels` those that are ended because their manifest is gone, or whose definition is deleted. A share is of the
    jobs that are live, and allows at least 3 restarts and 1 cancel (0%: none). `headgate plan` says it too, and exits
    with 4.

    Review the plan. Then consent to it once, with `--allow-restarts N` or `--allow-cancels N` beside the options that
    `headgate apply` was given; raise the limit in headgate.yaml; or name fewer jobs.
    """

    code = "safety-limit"


def refused(refusals: Sequence[Refusal]) -> LimitPassed:
    """The error for a plan that is beyond a limit."""
    options = " ".join(one.option for one in refusals)
    return LimitPassed(
        "; ".join(one.words for one in refusals),
        where="headgate.yaml",
        hint=f"review the plan; `headgate apply {options}` consents to it once; or raise the limit, or name fewer jobs",
    )
