"""Every exception that may come out of a command, as an error with a code, a problem and a hint."""

from __future__ import annotations

import os
import traceback

import click

from headgate.errors import DEBUG_VARIABLE, HeadgateError, InternalError, UsageError
from headgate.model.credential_keys import names_a_credential
from headgate.model.masking import masked_text
from headgate.model.secret import Secrets

# The shell's own, of which one sounds like a password.
_FOLDERS = ("PWD", "OLDPWD")


class GivenUp(HeadgateError):
    """You said no, or pressed Ctrl-C, before anything was begun. Nothing was changed."""

    code = "given-up"


class Untold(HeadgateError):
    """The result could not be written to stdout: the disk is full, or stdout is closed or only open for reading.

    With exit code 3, what was asked for is done all the same, and only the telling failed: look at it with
    `headgate status`, `headgate plan` and `headgate history JOB`. With exit code 1 nothing was changed.
    """

    code = "result-untold"

    def __init__(self, trouble: OSError, *, changed: bool) -> None:
        super().__init__(
            f"the result cannot be written to stdout: {trouble.strerror or trouble}",
            hint="it is done all the same: `headgate status`, `headgate plan` and `headgate history JOB` tell of it"
            if changed
            else "nothing was changed; send stdout where there is room for it",
        )
        if changed:
            self.exit_code = 3


class UnderWay(InternalError):
    """A bug of headgate's own stopped it while jobs were being applied: some are done, some are not.

    `headgate plan` shows what is left to do; running `headgate apply` again is safe.
    """

    code = "internal-while-applying"
    exit_code = 3


def known(trouble: Exception) -> HeadgateError:
    """The error that says what this exception means to a user."""
    match trouble:
        case HeadgateError():
            return trouble
        case click.Abort():
            return GivenUp("stopped before anything was begun; nothing was changed")
        case click.UsageError(ctx=ctx) as misuse:
            command = ctx.command_path if ctx else "headgate"
            return UsageError(misuse.format_message(), hint=f"`{command} --help` shows how it is used")
        case click.ClickException() as misuse:
            return UsageError(misuse.format_message())
        case _:
            return _unexpected(trouble, InternalError)


def while_applying(trouble: Exception) -> HeadgateError:
    """The same for what happens once jobs are being changed: then "nothing was changed" would be a lie."""
    return trouble if isinstance(trouble, HeadgateError) else _unexpected(trouble, UnderWay)


def trace(error: HeadgateError, trouble: Exception) -> str:
    """Where a bug is, for a person who set HEADGATE_DEBUG; empty for everybody else, and for every other error."""
    if not isinstance(error, InternalError) or not os.environ.get(DEBUG_VARIABLE):
        return ""
    return _reported("".join(traceback.format_exception(trouble)).rstrip())


def _unexpected(trouble: Exception, kind: type[InternalError]) -> InternalError:
    words = _reported(str(trouble).partition("\n")[0])
    problem = f"{type(trouble).__name__}: {words}" if words else type(trouble).__name__
    return kind(problem, hint=f"run it again with {DEBUG_VARIABLE}=1 to see where, and report it")


def _reported(text: str) -> str:
    """Which variables a project uses is not known here: those whose names sound like secrets are masked."""
    values = {name: value for name, value in os.environ.items() if names_a_credential(name) and name not in _FOLDERS}
    return masked_text(text, Secrets(values))
