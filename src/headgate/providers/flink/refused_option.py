"""Where the option stands that Flink refuses the value of: `Could not parse value 'x' for key 'y'.`

Flink names the key in one of the causes, often not in the last. A message without that form is placed by a key of the
job that it names, unless it is about a statement: those name options as a remedy, too.

Where no key is named, two things may still show it, if they point at one option of the job alone: the method that
threw, for Flink checks limits where it takes a value in (`ExecutionConfig.setMaxParallelism`,
`TableConfigValidation.validateTimeZone`), and a value that the message repeats and no statement has.
"""

from __future__ import annotations

import re

from headgate.model.configuration import current_key
from headgate.model.spec import JobSpec, Sql
from headgate.providers.flink.causes import frames_of, last_cause

_KEY = re.compile(r"(?:for|of) (?:key|option|the option) ['\"`]([\w.-]+)['\"`]")
_CHECKS = re.compile(r"org\.apache\.flink\.(?:\w+\.)+[\w$]+\.(?:set|validate)([A-Z]\w*)")
# As deep as a check of a value is: deeper frames only called what found the mistake.
_DEPTH = 3
# A shorter value, or a word of everyday language, may stand in a message that is about something else.
_TELLING = 3
_EVERYDAY = {
    "true",
    "false",
    "none",
    "null",
    "default",
    "disable",
    "enable",
    "all",
    "auto",
    "any",
    "streaming",
    "batch",
}


def place_of_refused_option(body: str, spec: JobSpec, *, of_a_statement: bool, positioned: bool = False) -> str:
    """`file:line:column` of the key in the manifest or of its SET; empty if Flink speaks of no option of this job.

    `positioned`: Flink names a line and column of the statement, so that its message is about what stands there.
    """
    places = {current_key(key): where for key, where in spec.source.settings.items()}
    stated = [places[key] for name in _KEY.findall(body) if (key := current_key(name)) in places]
    if stated:
        return stated[-1]
    if not of_a_statement:
        named = [where for key, where in spec.source.settings.items() if _names(body, key)]
        if len(named) == 1:
            return named[0]
    return "" if positioned else _place_of_checked(body, places) or _place_of_repeated(body, spec)


def _names(body: str, key: str) -> bool:
    return re.search(rf"(?<![\w.-]){re.escape(key)}(?![\w-])", body) is not None


def _place_of_checked(body: str, places: dict[str, str]) -> str:
    """The place of the one option that the method which refused its value is named after."""
    for frame in frames_of(body)[:_DEPTH]:
        found = _CHECKS.fullmatch(frame)
        words = [word.lower() for word in re.findall(r"[A-Z][a-z0-9]*", found[1])] if found else []
        if len(words) > 1:
            fitting = sorted((len(_parts(key)), where) for key, where in places.items() if _has_words(key, words))
            # What is named at greater length has a method of its own.
            nearest = [where for length, where in fitting if length == fitting[0][0]]
            return nearest[0] if len(nearest) == 1 else ""
    return ""


def _has_words(key: str, words: list[str]) -> bool:
    """Are these words of the key, or the beginnings of some: `checkpoint` of `execution.checkpointing.interval`?"""
    return all(any(part.startswith(word) for part in _parts(key)) for word in words)


def _parts(key: str) -> list[str]:
    return re.split(r"[.-]", key.lower())


def _place_of_repeated(body: str, spec: JobSpec) -> str:
    """The place of the one option whose value Flink's message repeats, if no statement has it."""
    message = last_cause(body).message
    text = spec.program.text if isinstance(spec.program, Sql) else ""
    repeated = [
        spec.source.settings[key]
        for key, value in spec.config.items()
        if key in spec.source.settings
        and len(value) >= _TELLING
        and value.lower() not in _EVERYDAY
        and _names(message, value)
        and value not in text
    ]
    return repeated[0] if len(repeated) == 1 else ""
