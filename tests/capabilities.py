"""The table of what each platform can do, for the manual: made from what the providers say of themselves."""

from __future__ import annotations

from collections.abc import Mapping

from headgate.providers.port import Capabilities

BEGIN = "<!-- made by tests/test_the_readme_is_true.py with HEADGATE_UPDATE_GOLDEN=1 -->"
END = "<!-- end of the capabilities -->"
ROWS = {
    "graph": "shows the execution graph",
    "savepoint": "takes a savepoint of a running job without stopping it",
    "drop_state": "drops state that no operator claims any more, by consent",
    "dispose": "deletes savepoints (`savepoint.keep`)",
    "delete_definition": "deletes the definition of a stopped job (`--prune --delete`)",
    "state_outlives": "starts from the state of a stopped job also when its definition is deleted",
    "mark_in_place": "takes over a job that is not headgate's without a restart",
    "savepoint_format": "whose savepoints it reads",
}


def capabilities_table(providers: Mapping[str, Capabilities]) -> str:
    """A row for each capability, a column for each provider in the order given, as Markdown without a last break."""
    lines = [f"| | {' | '.join(f'`{name}`' for name in providers)} |", f"| --- |{' --- |' * len(providers)}"]
    for field, words in ROWS.items():
        cells = (str(getattr(said, field)) for said in providers.values())
        lines.append(f"| {words} | {' | '.join(cells)} |")
    return "\n".join(lines)


def replaced(document: str, table: str) -> str:
    """A document with the table between the two markers. Raises ValueError where they are not in it once each."""
    before, begin, rest = document.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end or BEGIN in rest or END in after:
        raise ValueError("the markers of the table are not there once each")
    return f"{before}{BEGIN}\n\n{table}\n\n{END}{after}"
