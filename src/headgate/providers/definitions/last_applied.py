"""What a definition says of itself: our marker, and the facts about it that its platform cannot report.

    nightly totals, see the wiki [headgate project=payments job=orders ...] [headgate+ begin=1516952710740]

People may write into the same text, and what they wrote stays as far as there is room. The marker comes first, then the
facts, then people's text, which is cut last of all where `Form.whole_marker` does not say otherwise: commit, restored
snapshot and predecessor can be left out of a marker, and are for the sake of people's text.

A platform keeps the form it began with, so that an older headgate reads what a newer one wrote. All five forms are read
for ever, whatever platform they are met on:

- `[headgate key=value ...]`             the marker; keys that are not a marker's are facts (Dinky)
- `[headgate+ key=value ...]`            facts, percent-encoded (Cloud Stream, and every new platform)
- `[headgate-sets 41.QmFzZTY]`           one fact, `sets` (DLI)
- `#headgate: {"parallelism": 4, ...}`   one fact, `asked`, as JSON: a comment line of job parameters (foas)
- `headgate.job:orders,headgate....`     marker and facts as job parameters (Flink)

Values of a marker that are not plain words are base64url, so no text around them can be mistaken for ours.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from urllib.parse import quote, unquote

from headgate.model.live import MARKER_KEYS, Marker

_MARKER = re.compile(r"\s?\[headgate (?P<pairs>[^\[\]]*)\]")
_PAIRS = re.compile(r"\s?\[headgate\+(?P<pairs>[^\[\]]*)\]")
_BARE = re.compile(r"\s?\[headgate-(?P<key>[a-z]+) (?P<value>[^\s\[\]]*)\]")
_COMMENT = re.compile(r"^#headgate: (?P<value>\{.*\})\s*$", re.MULTILINE)
_PARAMETER = re.compile(r"(?:^|(?<=,))headgate\.(?P<key>\w+):(?P<value>[^,]*)")
_UNQUOTED = "/:,"
_PLAIN = re.compile(r"[A-Za-z0-9._/-]*")
_CODED = "b64_"
# In the order in which they may be left out where a platform's text is short: the last goes first.
_NEEDED = ("project", "job", "revision", "environment", "attempt")
_KEYS = (*_NEEDED, "succeeds", "avoids", "commit", "restored")
# What is needed takes up no more where names are of ordinary length.
_ROOM = 190


class Facts(StrEnum):
    """Where the facts stand."""

    INSIDE = "inside"  # in the brackets of the marker
    BESIDE = "beside"  # in brackets of their own
    BARE = "bare"  # the same, for the one fact of this form


@dataclass(frozen=True, slots=True)
class Form:
    """How a platform's text is written: at most `longest` characters, with the facts where `facts` says.

    `whole_marker`: all of the marker counts more than people's text. `cut` shows where people's text was cut.
    """

    longest: int
    facts: Facts = Facts.BESIDE
    whole_marker: bool = False
    cut: str = ""


@dataclass(frozen=True, slots=True)
class LastApplied:
    """A text, taken apart. `text` is what people wrote."""

    text: str = ""
    marker: Marker | None = None
    facts: Mapping[str, str] = field(default_factory=dict)

    def fact(self, key: str) -> str:
        """A fact, empty where the text does not have it."""
        return self.facts.get(key, "")


def signature(marker: Marker, *, longest: int = 10_000) -> str:
    """The marker as text of at most `longest` characters: what does not fit is left out, least needed first.

    Raises ValueError where not even project, job, revision, environment and attempt fit.
    """
    words = marker.written()
    pairs = [f"{key}={_word(words[key])}" for key in _KEYS if words[key]]
    needed = sum(1 for key in _NEEDED if words[key])
    for count in range(len(pairs), 0, -1):
        text = f"[headgate {' '.join(pairs[:count])}]"
        if len(text) <= longest and count >= needed:
            return text
    raise ValueError(f"the marker of job {marker.job!r} does not fit into {longest} characters")


def marker_in(text: str) -> Marker | None:
    """The marker in a text that may say more; None if there is none that can be read."""
    found = _MARKER.search(text or "")
    if found is None:
        return None
    try:
        pairs = dict(pair.split("=", 1) for pair in found["pairs"].split())
        return Marker.read({key: _unword(value) for key, value in pairs.items() if key in MARKER_KEYS})
    except (ValueError, KeyError):
        return None


def read(text: str) -> LastApplied:
    """Take a text apart, in whichever form it was written. What cannot be read is not there."""
    text = text or ""
    parameters = {found["key"]: found["value"] for found in _PARAMETER.finditer(text)}
    if "project" in parameters and _MARKER.search(text) is None:
        pairs = " ".join(f"{key}={value}" for key, value in parameters.items())
        return replace(read(f"[headgate {pairs}]"), text="")
    facts: dict[str, str] = {}
    marker, sign = marker_in(text), _MARKER.search(text)
    if marker is not None and sign is not None:
        facts |= {key: value for key, value in _split(sign["pairs"]) if key not in MARKER_KEYS}
    if found := _PAIRS.search(text):
        facts |= {key: unquote(value) for key, value in _split(found["pairs"])}
    if found := _BARE.search(text):
        facts[found["key"]] = found["value"]
    if found := _COMMENT.search(text):
        facts["asked"] = found["value"]
    return LastApplied(_people(text), marker, facts)


def write(text: str, marker: Marker | None, facts: Mapping[str, str], form: Form, *, may_cut: bool = True) -> str:
    """A text as people left it with this marker and these facts in it, in the old ones' place or at the end.

    Without a marker the one that is there stays. Raises ValueError where marker and facts do not fit; with `may_cut`
    false also where people's text does not.
    """
    own, sign = _people(text), _facts(facts, form)
    marker = marker or marker_in(text)
    if marker is None:
        return f"{own} {sign}".strip() if form.facts is not Facts.INSIDE else own
    apart = len(sign) + (1 if sign and form.facts is not Facts.INSIDE else 0)
    room = form.longest - apart
    if may_cut:
        least = signature(marker if form.whole_marker else _short(marker), longest=room)
        own = _cut(own, room - len(least) - 1, form.cut)
    written = signature(marker, longest=room - (len(own) + 1 if own else 0))
    if form.facts is Facts.INSIDE:
        return _placed(text, own, f"{written[:-1]}{sign}]")
    return f"{_placed(text, own, written)} {sign}".rstrip()


def fits(facts: Mapping[str, str], form: Form, marker: Marker | None = None) -> bool:
    """Is there room for the whole of a marker beside these facts? Without one: for a marker of ordinary length."""
    room = len(signature(marker)) if marker else _ROOM
    return len(_facts(facts, form)) + 1 + room <= form.longest


def _facts(facts: Mapping[str, str], form: Form) -> str:
    known = {key: value for key, value in facts.items() if value}
    match form.facts:
        case Facts.INSIDE:
            return "".join(f" {key}={value}" for key, value in known.items())
        case Facts.BARE:
            return " ".join(f"[headgate-{key} {value}]" for key, value in known.items())
    return f"[headgate+ {' '.join(f'{key}={quote(value, safe=_UNQUOTED)}' for key, value in known.items())}]"


def _short(marker: Marker) -> Marker:
    """The marker without what is left out for the sake of people's text; what is not tried again stays."""
    kept = replace(marker, commit="", restored="")
    return kept if marker.quarantined else replace(kept, predecessor="")


def _people(text: str) -> str:
    """The text as people wrote it."""
    return _MARKER.sub("", _without_facts(text), count=1).strip()


def _without_facts(text: str) -> str:
    for sign in (_PAIRS, _BARE, _COMMENT):
        text = sign.sub("", text or "", count=1)
    return text


def _cut(text: str, longest: int, shown: str) -> str:
    if len(text) <= longest:
        return text
    return f"{text[: longest - len(shown)].rstrip()}{shown}" if longest > len(shown) else ""


def _placed(text: str, own: str, sign: str) -> str:
    """People's text with ours where it was; at the end where it was not, or where their text was cut."""
    text = _without_facts(text)
    old = _MARKER.search(text)
    if old is None or own != _people(text):
        return f"{own} {sign}".lstrip()
    before, after = text[: old.start()], text[old.end() :]
    return f"{before}{' ' if before else ''}{sign}{after}"


def _split(pairs: str) -> list[tuple[str, str]]:
    return [(key, value) for key, _, value in (pair.partition("=") for pair in pairs.split())]


def _word(text: str) -> str:
    if _PLAIN.fullmatch(text) and not text.startswith(_CODED):
        return text
    return _CODED + base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _unword(word: str) -> str:
    if not word.startswith(_CODED):
        return word
    code = word.removeprefix(_CODED)
    return base64.urlsafe_b64decode(code + "=" * (-len(code) % 4)).decode()
