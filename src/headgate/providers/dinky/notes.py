"""The note of a task: people's text, and our marker in it.

    nightly totals [headgate project=payments job=orders revision=5f3c... attempt=9a01... said=cn]

`said` tells what the manifest said that the row cannot tell: that a cluster was given by name, or that a field which is
otherwise left to people is git's. `took` is the key of the last savepoint that was asked for, and the newest savepoint
there was before it. `by` names the run that is about to start the task, and the job instance that was its newest one
until then (`by=1a2b3c4d.17`). A note has 255 characters: people's text is cut where the marker leaves it no room, after
everything that the marker can do without was left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from headgate.errors import Rejected
from headgate.model.live import Marker
from headgate.providers import marking

LONGEST = 255
# Option to its letter in `said`.
_LETTERS = {
    "clusterName": "c",
    "clusterConfigurationName": "k",
    "envName": "e",
    "dialect": "d",
    "databaseId": "b",
    "folder": "f",
    "note": "n",
    "firstLevelOwner": "o",
    "secondLevelOwners": "p",
    "variables": "v",
}
_SIGN = re.compile(r"\[headgate [^\[\]]*\]")
_EXTRA = re.compile(r"\b(said|took|by)=(\S*?)(?=[\s\]])")


@dataclass(frozen=True, slots=True)
class Took:
    """A savepoint that was asked for under a key, when `after` was the id of the newest one."""

    key: str
    after: int


@dataclass(frozen=True, slots=True)
class Note:
    """A note, taken apart. `said` are options by name."""

    text: str = ""
    marker: Marker | None = None
    said: frozenset[str] = frozenset()
    took: Took | None = None
    by: str = ""

    @classmethod
    def read(cls, note: str) -> Note:
        """Any note, also one that is not ours."""
        marker = marking.read(note)
        sign = _SIGN.search(note)
        if marker is None or sign is None:
            return cls(note.strip())
        extra = dict(_EXTRA.findall(sign[0]))
        letters = extra.get("said", "")
        key, _, after = extra.get("took", "").partition(".")
        return cls(
            text=marking.without(note).strip(),
            marker=marker,
            said=frozenset(option for option, letter in _LETTERS.items() if letter in letters),
            took=Took(key, int(after)) if key and after.isdigit() else None,
            by=extra.get("by", ""),
        )

    def written(self) -> str:
        """The note as it is stored. Raises Rejected where it does not fit, unless people's text can give way."""
        if self.marker is None:
            return self.text
        letters = "".join(letter for option, letter in _LETTERS.items() if option in self.said)
        extra = f" said={letters}" if letters else ""
        extra += f" took={self.took.key}.{self.took.after}" if self.took else ""
        extra += f" by={self.by}" if self.by else ""
        room = LONGEST - len(extra)
        try:
            own = self.text
            if "note" not in self.said:
                own = _cut(own, room - len(marking.written(_shortest(self.marker), longest=room)) - 1)
            sign = marking.written(self.marker, longest=room - (len(own) + 1 if own else 0))
        except ValueError as problem:
            hint = "give the job or the project a shorter name, or shorten options.note"
            raise Rejected(f"{problem}, which is what a note in Dinky has left", hint=hint) from problem
        return f"{own} {sign[:-1]}{extra}]".lstrip()

    def announces(self, newest: int | None) -> bool:
        """Does it tell of a start that has no job instance yet, with `newest` the id of the newest there is?"""
        _, _, before = self.by.partition(".")
        return bool(self.by) and before == ("" if newest is None else str(newest))

    def taking(self, key: str, after: int) -> Note:
        """The same note, with a savepoint asked for."""
        return replace(self, took=Took(key, after))


def _shortest(marker: Marker) -> Marker:
    """The marker without what may be left out for the sake of people's text."""
    kept = replace(marker, commit="", restored="")
    return kept if marker.quarantined else replace(kept, predecessor="")


def _cut(text: str, longest: int) -> str:
    """People's text in so many characters; an ellipsis at the end says that there was more."""
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…" if longest > 1 else ""


def said(options: Iterable[str]) -> frozenset[str]:
    """Those of a manifest's options that the note has to tell."""
    return frozenset(options) & _LETTERS.keys()
