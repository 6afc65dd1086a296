"""An error for people and for programs: code, problem, where, hint, and every mistake where there are several."""

from __future__ import annotations

from collections.abc import Iterable

from headgate.errors import HeadgateError, ManifestError, Mistake
from headgate.model.masking import masked_text
from headgate.model.secret import Secrets
from headgate.reporting.folding import message_lines
from headgate.reporting.markdown import code, text
from headgate.reporting.palette import PLAIN, Palette
from headgate.reporting.plain_text import one_line
from headgate.reporting.plan_json import FORMAT_VERSION, as_json, mistake_document

_NO_VALUES = Secrets()


def error_text(error: HeadgateError, palette: Palette = PLAIN) -> str:
    """`error[code]: problem`, then `at:` and `hint:`; one such paragraph for each mistake."""
    return "\n".join(_paragraph(error.code, mistake, palette) for mistake in _mistakes(error))


def warning_text(error: HeadgateError) -> str:
    """The same for trouble that costs something and stops nothing: `warning[code]: problem`."""
    return "\n".join(_paragraph(error.code, mistake, PLAIN, kind="warning") for mistake in _mistakes(error))


def mistake_lines(mistakes: Iterable[Mistake]) -> list[str]:
    """A Markdown list entry for each mistake in manifests that do not load."""
    return [
        f"- error {code(ManifestError.code)} at {code(one.where)}: {text(one_line(one.problem))}"
        + (f"; hint: {text(one_line(one.hint))}" if one.hint else "")
        for one in mistakes
    ]


def error_json(error: HeadgateError, *, indent: int | None = 2) -> str:
    """`{"format_version": "1", "error": {...}}`, one document whatever went wrong."""
    return as_json({"format_version": FORMAT_VERSION, "error": error_document(error)}, indent=indent)


def error_document(error: HeadgateError) -> dict[str, object]:
    """The error as JSON values; `mistakes` is empty unless files of the user are wrong."""
    several = error.mistakes if isinstance(error, ManifestError) else ()
    return {
        "code": error.code,
        "problem": _reported(error.problem),
        "where": _reported(error.where) or None,
        "hint": _reported(error.hint) or None,
        "mistakes": [mistake_document(mistake) for mistake in several],
    }


def _mistakes(error: HeadgateError) -> tuple[Mistake, ...]:
    if isinstance(error, ManifestError):
        return error.mistakes
    return (Mistake(error.where, error.problem, error.hint),)


def _paragraph(code: str, mistake: Mistake, palette: Palette, *, kind: str = "error") -> str:
    problem = "\n    ".join(message_lines(_reported(mistake.problem), whole=palette.whole))
    lines = [f"{palette.paint(palette.trouble, f'{kind}[{one_line(code)}]')}: {problem}"]
    if mistake.where:
        lines.append(f"  at: {one_line(_reported(mistake.where))}")
    if mistake.hint:
        lines.append(f"  hint: {one_line(_reported(mistake.hint))}")
    return "\n".join(lines)


def _reported(text: str) -> str:
    """What an error may quote of a platform; values that are known were masked where it was raised."""
    return masked_text(text, _NO_VALUES)
