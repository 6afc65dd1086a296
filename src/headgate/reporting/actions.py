"""What every rendering says about one action: values in words, the state verdict, what it restores from."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterable
from typing import Any

from headgate.model.masking import masked_text
from headgate.model.plan import Action, Change, OperatorVerdict, Restore, Verb, Verdict
from headgate.model.reasons import FIRST_MOVES, Reason
from headgate.model.secret import Secrets
from headgate.model.spec import Sql
from headgate.reporting.plain_text import one_line, plain, shortened
from headgate.reporting.verb_words import counted

LONGEST_NAME = 100
# How a verdict that was not made operator by operator names them.
_ALL = "all operators"

Mask = Callable[[str], str]


def mask_of(action: Action) -> Mask:
    """Makes a text about the job fit for people: values of `${env:...}` as placeholders, and no other secrets."""
    secrets = action.want.secrets if action.want else Secrets()
    return functools.partial(masked_text, secrets=secrets)


def value_mask_of(action: Action) -> Mask:
    """The same for the sides of a change, which say no secret but what git itself says in so many words."""
    return action.want.secrets.mask if action.want else str


def masked(value: Any, mask: Mask) -> Any:
    """A JSON value with every text in it masked."""
    match value:
        case str():
            return mask(value)
        case dict():
            return {key: masked(inner, mask) for key, inner in value.items()}
        case list() | tuple():
            return [masked(inner, mask) for inner in value]
        case _:
            return value


def value_words(value: Any) -> str:
    """A value of a change on one line; None is a field that was not set."""
    if value is None:
        return "(not set)"
    if isinstance(value, str):
        return one_line(value) if value.strip() else json.dumps(value)
    return one_line(json.dumps(value, ensure_ascii=False, sort_keys=True, default=str))


def program_lines(action: Action) -> tuple[str, list[str]]:
    """What a job that was never there is going to run: `statement` or `jar`, and its lines; ("", []) for any other."""
    if action.want is None or action.verb is not Verb.SUBMIT or action.reason != Reason.NOT_RUNNING_YET:
        return "", []
    mask, program = value_mask_of(action), action.want.program
    if isinstance(program, Sql):
        return "statement", plain(mask(program.text)).strip("\n").rstrip().split("\n")
    parts = [("uri", program.uri), ("main_class", program.main_class), ("args", " ".join(program.args))]
    return "jar", [f"{key}: {one_line(mask(value))}" for key, value in parts if value]


def change_words(change: Change, mask: Mask) -> str:
    """`config.x: 30s -> 60s`, on one line."""
    before, after = (value_words(masked(value, mask)) for value in (change.before, change.after))
    if change.path == "manifest":  # a job that carries none has nothing to compare
        return f"{change.path}: {before}"
    if before == after:  # two secrets, or two numbers that read the same
        return f"{change.path}: {before}, another value"
    return f"{change.path}: {before} -> {after}"


def sides_of(change: Change, mask: Mask) -> tuple[str, str]:
    """Both sides of a change of a text, empty for one that had none."""
    before, after = (mask(value) if isinstance(value, str) else "" for value in (change.before, change.after))
    return before, after


def restore_words(restore: Restore, mask: Mask) -> str:
    """`savepoint file:/... (its last savepoint, of ...)`."""
    words = one_line(mask(" ".join(part for part in (restore.kind.value, restore.path) if part)))
    notes = [one_line(mask(restore.note))] if restore.note else []
    if restore.allow_non_restored:
        notes.append("state without an operator is dropped, by consent")
    return f"{words} ({'; '.join(notes)})" if notes else words


def is_shown(action: Action) -> bool:
    """Is there anything to say about it but that the job is kept?"""
    return action.verb is not Verb.KEEP or action.changes_something


def hint_words(action: Action) -> str:
    """The next move: what is known of this very case, else the first one for its reason; empty where none is due."""
    first = FIRST_MOVES.get(action.reason, "") if action.verb is Verb.BLOCKED else ""
    return mask_of(action)(action.hint or first)


def place_words(action: Action) -> str:
    """`on remote`, `on remote (from local)` where the job moves; nothing where no target is known."""
    if not action.target:
        return ""
    return f"on {action.target} (from {action.source})" if action.source else f"on {action.target}"


def steps_words(action: Action) -> list[str]:
    """`steps: submit, settle`; and what is done where the job that is waited for does not settle."""
    found = [("steps", action)] if action.steps else []
    found += [("if it does not settle", action.fallback)] if action.fallback else []
    return [f"{when}: {', '.join(step.name for step in what.steps)}" for when, what in found]


def state_words(action: Action, mask: Mask) -> str:
    """The verdict in one word, with the reason where one reason stands for the whole job; empty without a verdict."""
    word = verdict_word(action)
    if action.state and word == Verdict.KEPT and (why := _why_all(action.state.operators)):
        return f"{word} ({one_line(mask(why))})"
    return word


def operator_lines(operators: Iterable[OperatorVerdict], mask: Mask, *, whole: bool = False) -> list[str]:
    """Every operator whose state is not kept, and why; those that are kept are counted, or named with `whole`."""
    operators = tuple(operators)
    if why := _why_all(operators):
        return [f"kept: {one_line(mask(why))}"]
    kept = 0 if whole else sum(1 for operator in operators if operator.verdict is Verdict.KEPT)
    longest = None if whole else LONGEST_NAME
    lines = [
        f"{'new' if operator.verdict is Verdict.NONE else operator.verdict.value}: "
        f"{shortened(one_line(mask(operator.name)), longest)}: {one_line(mask(operator.why))}"
        for operator in operators
        if whole or operator.verdict is not Verdict.KEPT
    ]
    return [*lines, f"kept: {counted(kept, 'operator')}"] if kept else lines


def verdict_word(action: Action) -> str:
    """The state verdict of an action in one word, empty where there is nothing to say about state."""
    if action.state is None or (action.live is None and action.state.verdict is Verdict.NONE):
        return ""
    return "nothing to keep" if action.state.verdict is Verdict.NONE else action.state.verdict.value


def _why_all(operators: Iterable[OperatorVerdict]) -> str:
    """Why the state of the whole job is kept, where that was not judged operator by operator."""
    match tuple(operators):
        case (OperatorVerdict(name, Verdict.KEPT, why),) if name == _ALL:
            return why
    return ""
