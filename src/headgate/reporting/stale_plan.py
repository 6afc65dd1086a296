"""What is no longer as it was reviewed: the plan in a file and the plan of now, in the words of the reports.

Compared are the manifests of every job, and for every job that would be touched, then or now, all that was decided on:
the live state, where it is, the changes, the state verdict, what is restored, and the steps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from headgate.model.plan import OperatorVerdict, Restore, RestoreKind, Verb, Verdict
from headgate.model.reasons import Reason
from headgate.reporting.actions import operator_lines, restore_words, value_words
from headgate.reporting.plain_text import shortened
from headgate.reporting.sql_diff import is_text

Document = Mapping[str, Any]

_LONGEST = 200


def differences(before: Document, after: Document) -> list[str]:
    """A line for everything that moved between two plans as JSON values; none if the same would be done."""
    lines = [
        _line(key, str(before[key] or "none"), str(after[key] or "none"))
        for key in ("project", "environment")
        if before[key] != after[key]
    ]
    old, new = _paired(before, after)
    for job in sorted(old.keys() | new.keys()):
        was, now = old.get(job), new.get(job)
        if was is None or now is None:
            lines.append(f"{job}: {'not in the reviewed plan' if was is None else 'was reviewed, is no longer there'}")
        else:
            lines += [f"{job}: {line}" for line in _moved(was, now)]
    return [*lines, *_read_otherwise(before, after)]


def done_since(before: Document, after: Document) -> bool:
    """Is all done that was reviewed, with nothing else moved? Most likely this very plan was applied."""
    old, new = _paired(before, after)
    if any(before[key] != after[key] for key in ("project", "environment")) or new.keys() - old.keys():
        return False
    if any(_read_otherwise(before, after)):
        return False
    return all(_done(was, new.get(job)) for job, was in old.items())


def _read_otherwise(before: Document, after: Document) -> Iterator[str]:
    """The manifests that load now and did not, or the other way round, and that belong to no job of either plan."""
    was, now = (
        {error["where"]: error["problem"] for error in document.get("errors") or ()} for document in (before, after)
    )
    for where in sorted(was.keys() | now.keys()):
        if was.get(where) != now.get(where):
            change = f"does not load now: {now[where]}" if where in now else "did not load, and does now or is gone"
            yield f"{where}: {change}"


def _done(was: Document, now: Document | None) -> bool:
    if now is None:
        return bool(was["verb"] == Verb.CANCEL)
    if not was["steps"]:
        return not any(_moved(was, now))
    return not now["steps"] and now["verb"] == Verb.KEEP and was.get("desired") == now.get("desired")


def _moved(was: Document, now: Document) -> Iterator[str]:
    if was.get("desired") != now.get("desired"):
        yield _manifest(was, now)
    if not was["steps"] and not now["steps"]:
        return
    for what, words in _DECIDED_ON.items():
        one, other = _part(was, what), _part(now, what)
        if _compared(what, one) != _compared(what, other):
            yield _line(what, words(one), words(other))


def _manifest(was: Document, now: Document) -> str:
    if was.get("desired") and now.get("desired"):
        return "the manifest changed"
    if was.get("desired"):
        return f"the manifest does not load: {now['where']}" if _is_unread(now) else "the manifest is gone"
    return "the manifest loads now, and did not" if _is_unread(was) else "it has a manifest now, and had none"


def _is_unread(action: Document) -> bool:
    return bool(action["reason"] == Reason.MANIFEST_INVALID)


def _part(action: Document, what: str) -> Any:
    if what == "operators":
        return (action.get("state") or {}).get("operators")
    return action.get(_KEYS.get(what, what))


# What counts of a value: a note is for people, and a word for a state is the platform's own.
_COUNTING = {
    "live": ("id", "status", "fingerprint"),
    "state": ("verdict",),
    "restore": ("kind", "path", "allow_non_restored"),
}


def _compared(what: str, value: Any) -> Any:
    return {part: value[part] for part in _COUNTING[what]} if what in _COUNTING and value else value


def _line(what: str, was: str, now: str) -> str:
    """Both sides, as far as they fit; where they read the same, that they are not."""
    if was == now:
        return f"{what}: was {_short(was)}, is another now"
    return f"{what}: was {_short(was)}, is {_short(now)}"


def _short(words: str) -> str:
    return shortened(words, _LONGEST)


def _plain_words(value: Any) -> str:
    return str(value) if value else "none"


def _steps_words(steps: Any) -> str:
    return ", ".join(steps) if steps else "nothing"


def _changes_words(changes: Any) -> str:
    return "; ".join(_change_words(one["path"], one["before"], one["after"]) for one in changes) or "none"


def _change_words(path: str, before: Any, after: Any) -> str:
    if is_text(before, after):
        return f"{path} edited"
    return _short(f"{path}: {value_words(before)} -> {value_words(after)}")


def _state_words(state: Any) -> str:
    if not state:
        return "not judged"
    return "nothing to keep" if state["verdict"] == Verdict.NONE else str(state["verdict"])


def _operators_words(operators: Any) -> str:
    reported = [OperatorVerdict(one["name"], Verdict(one["verdict"]), one["why"]) for one in operators or ()]
    return "; ".join(operator_lines(reported, str)) or "none"


def _restore_words(restore: Any) -> str:
    if not restore:
        return "nothing"
    kept = Restore(RestoreKind(restore["kind"]), restore["path"] or "", "", restore["allow_non_restored"])
    return restore_words(kept, str)


def _live_words(live: Any) -> str:
    return f"job {live['id']}, {live['status']}" if live else "absent"


# What is reported of a job, in this order, each with its words.
_DECIDED_ON: Mapping[str, Callable[[Any], str]] = {
    "verb": _plain_words,
    "reason": _plain_words,
    "from target": _plain_words,
    "live": _live_words,
    "changes": _changes_words,
    "state": _state_words,
    "operators": _operators_words,
    "restore": _restore_words,
    "steps": _steps_words,
    "if it does not settle": _steps_words,
}
_KEYS = {"from target": "source", "if it does not settle": "fallback"}


def _by_job(document: Document) -> dict[str, Document]:
    return {
        f"{action['job']} on {action['target']}" if action["target"] else action["job"]: action
        for action in document["actions"]
    }


def _paired(before: Document, after: Document) -> tuple[dict[str, Document], dict[str, Document]]:
    """The actions of both by job and target; a job whose manifest does not load and names no target is the same job."""
    old, new = _by_job(before), _by_job(after)
    for one, other in ((old, new), (new, old)):
        placeless = [job for job, action in one.items() if not action["target"]]
        for job in [job for job in placeless if one[job]["reason"] == Reason.MANIFEST_INVALID]:
            if same := next((key for key, action in other.items() if action["job"] == job), ""):
                one[same] = one.pop(job)
    return old, new
