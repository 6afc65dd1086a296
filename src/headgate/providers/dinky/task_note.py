"""The note of a task: people's text, and our marker in it, with facts that the row cannot report.

    nightly totals [headgate project=payments job=orders revision=5f3c... attempt=9a01... said=cn]

`said` are the options that the manifest states and the row does not show as they were written: a cluster by name, or a
field that is otherwise left to people. `took` is the key of the last savepoint that was asked for, and the newest
savepoint there was before it. `by` names the call that is about to start the task, and the job instance that was its
newest one until then (`by=1a2b3c4d.17`). A note has 255 characters; see `definitions.last_applied`.
"""

from __future__ import annotations

from dataclasses import dataclass

from headgate.errors import Rejected
from headgate.model.live import Marker
from headgate.providers.definitions import last_applied
from headgate.providers.definitions.last_applied import Facts, Form

LONGEST = 255
_FORM = Form(LONGEST, Facts.INSIDE, cut="…")
# Options that a note has to report, to their letters in `said`.
LETTERS = {
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
        found = last_applied.read(note)
        if found.marker is None:
            return cls(note.strip())
        key, _, after = found.fact("took").partition(".")
        return cls(
            text=found.text,
            marker=found.marker,
            said=frozenset(option for option, letter in LETTERS.items() if letter in found.fact("said")),
            took=Took(key, int(after)) if key and after.isdigit() else None,
            by=found.fact("by"),
        )

    def written(self) -> str:
        """The note as it is stored. Raises Rejected where it does not fit, unless people's text can give way."""
        facts = {
            "said": "".join(letter for option, letter in LETTERS.items() if option in self.said),
            "took": f"{self.took.key}.{self.took.after}" if self.took else "",
            "by": self.by,
        }
        try:
            return last_applied.write(self.text, self.marker, facts, _FORM, may_cut="note" not in self.said)
        except ValueError as problem:
            hint = "give the job or the project a shorter name, or shorten options.note"
            raise Rejected(f"{problem}, which is what a note in Dinky has left", hint=hint) from problem

    def announces(self, newest: int | None) -> bool:
        """Does it announce a start that has no job instance yet, with `newest` the id of the newest there is?"""
        _, _, before = self.by.partition(".")
        return bool(self.by) and before == ("" if newest is None else str(newest))
