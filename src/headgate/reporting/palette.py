"""How a text is shown, as a value: the caller decides about colours and folding, and a log gets no colours."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Palette:
    """One ANSI colour code for each role, empty for none. `whole`: nothing is folded (`--verbose`)."""

    added: str = ""
    removed: str = ""
    changed: str = ""
    trouble: str = ""
    quiet: str = ""
    strong: str = ""
    whole: bool = False

    @staticmethod
    def paint(code: str, text: str) -> str:
        """The text in a colour; line by line, so that a pager that cuts lines shows them right."""
        if not code:
            return text
        return "\n".join(f"\x1b[{code}m{line}\x1b[0m" if line else line for line in text.split("\n"))


PLAIN = Palette()
COLOURED = Palette(added="32", removed="31", changed="33", trouble="1;31", quiet="2", strong="1")
