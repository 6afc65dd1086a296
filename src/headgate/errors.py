"""The errors that several packages raise, sorted by what may have happened in the world.

Every other error is one of these by kind, and defined beside the code that raises it. That order is what a caller must
know before it tries again: nothing happened and never will (`Rejected`), nothing happened yet (`Unavailable`), or
something may have happened (`OutcomeUnknown`: observe first).
`headgate explain CODE` prints the docstring of the class or the text of the reason that carries the code.
"""

from __future__ import annotations

import os
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

DEBUG_VARIABLE = "HEADGATE_DEBUG"


class HeadgateError(Exception):
    """Something headgate cannot do; the base of all its errors.

    Carries `code` (stable, kebab-case; a class that is only a base has none of its own), `problem` (one sentence),
    `where` (file:line:column, target or request) and `hint` (the next move).
    """

    code = "error"
    exit_code = 1

    def __init__(self, problem: str, *, where: str = "", hint: str = "", code: str = "") -> None:
        super().__init__(problem)
        self.problem = problem
        self.where = where
        self.hint = hint
        if code:
            self.code = code

    def __str__(self) -> str:
        lines = [f"error[{self.code}]: {self.problem}"]
        if self.where:
            lines.append(f"  at: {self.where}")
        if self.hint:
            lines.append(f"  hint: {self.hint}")
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing wrong in one place of a file; `where` is `file:line:column`."""

    where: str
    problem: str
    hint: str = ""


class ManifestError(HeadgateError):
    """A file of yours is wrong: headgate.yaml, a job manifest, or a statement file.

    All mistakes of all files are reported in one run, each with file:line:column, what was expected and the nearest
    valid key. No platform was contacted and nothing was changed. Mend the files and run the command again.
    """

    code = "manifest-invalid"

    def __init__(self, mistakes: tuple[Mistake, ...]) -> None:
        first = mistakes[0]
        super().__init__(first.problem, where=first.where, hint=first.hint)
        self.mistakes = mistakes

    def __str__(self) -> str:
        return "\n".join(
            str(HeadgateError(m.problem, where=m.where, hint=m.hint, code=self.code)) for m in self.mistakes
        )


class ProjectNotFound(HeadgateError):
    """No headgate.yaml in this folder or any folder above it, or none where `--project` says.

    Run `headgate init` to start a project here, or name one with `--project FILE`.
    """

    code = "project-not-found"


class UsageError(HeadgateError):
    """The command cannot be carried out as it was given. Nothing was changed.

    It names what is not there - a job, environment, target, file or code - or an option or value that does not exist or
    does not go with the others; it would write over a file that is there already, or where nothing can be written; or
    it has to ask, and nobody is here to answer. The message says which, and the hint how it would be right.
    """

    code = "usage"


class UnknownJob(UsageError):
    """No job has this name: not in git, not live, and not in what the store remembers."""


class PlanRefused(HeadgateError):
    """The plan may not be applied as it stands; nothing was changed.

    The live state or the manifests moved since the plan was made, a lock is held, or a safety limit would be passed.
    """

    exit_code = 4


class ProviderError(HeadgateError):
    """A platform did not do what it was asked; the subclass says what may have happened.

    `body` is the platform's whole answer, where it gave one, secrets masked; `problem` says the same in few words.
    `retry_after` is how many seconds it asks to be left alone, None where it does not say.
    """

    body = ""
    retry_after: float | None = None


class Rejected(ProviderError):
    """The platform understood and said no. Nothing happened, and asking again will not help: change the request."""

    code = "rejected"


class Unavailable(ProviderError):
    """The platform could not be asked, or cannot answer now. Nothing happened; the same request may work later."""

    code = "unavailable"

    def __init__(
        self,
        problem: str,
        *,
        where: str = "",
        hint: str = "",
        code: str = "",
        retry_after: float | None = None,
    ) -> None:
        super().__init__(problem, where=where, hint=hint, code=code)
        self.retry_after = retry_after


class OutcomeUnknown(ProviderError):
    """A write was sent and its reply was lost. It may have happened: headgate observes before it does anything else."""

    code = "outcome-unknown"


class Overtaken(ProviderError):
    """Another run, or a person, was at the job since this one looked: it started another version, or stopped this one.

    Nothing was started beside it. It may have been a newer commit, a rename or a rollback. Run `headgate plan` to see
    what is left to do.
    """

    code = "overtaken"


class InternalError(HeadgateError):
    """headgate met something it was not written for: a bug of ours, not of yours.

    Run the command again with HEADGATE_DEBUG=1 to see where, and please report it with that output. If jobs were being
    applied, `headgate plan` shows what is left to do; running `headgate apply` again is safe.
    """

    code = "internal"

    @classmethod
    def of(cls, bug: Exception, environ: Mapping[str, str] = os.environ) -> Self:
        """The error for an exception that nobody expected: its class and its place, no value that it may quote.

        With HEADGATE_DEBUG the hint is the whole traceback.
        """
        frame, line = list(traceback.walk_tb(bug.__traceback__))[-1]
        place = f"{frame.f_globals.get('__name__', '?')}, line {line}"
        hint = f"the other targets and jobs are done; {DEBUG_VARIABLE}=1 shows the whole traceback here"
        if environ.get(DEBUG_VARIABLE):
            hint = "".join(traceback.format_exception(bug)).rstrip()
        return cls(f"a bug in headgate: {type(bug).__name__} in {place}; please report it", hint=hint)


class LocalFlinkError(HeadgateError):
    """The Flink on this machine could not be started, found or stopped.

    The message says which part is missing and where the logs are; the extra `local` of
    headgate-flink names all parts.
    """

    code = "local-flink"
