"""Where the option stands that Flink refuses the value of: `Could not parse value 'x' for key 'y'.`

Flink tells the key in one of the causes, often not in the last. A message without that form is placed by a key of the
job that it names, unless it is about a statement: those name options as a remedy, too.
"""

from __future__ import annotations

import re

from headgate.model.configuration import current_key
from headgate.model.spec import JobSpec

_KEY = re.compile(r"(?:for|of) (?:key|option|the option) ['\"`]([\w.-]+)['\"`]")


def place_of_refused_option(body: str, spec: JobSpec, *, of_a_statement: bool) -> str:
    """`file:line:column` of the key in the manifest or of its SET; empty if Flink speaks of no option of this job."""
    places = {current_key(key): where for key, where in spec.source.settings.items()}
    told = [places[key] for name in _KEY.findall(body) if (key := current_key(name)) in places]
    if told or of_a_statement:
        return told[-1] if told else ""
    named = [where for key, where in spec.source.settings.items() if _names(body, key)]
    return named[0] if len(named) == 1 else ""


def _names(body: str, key: str) -> bool:
    return re.search(rf"(?<![\w.-]){re.escape(key)}(?![\w-])", body) is not None
