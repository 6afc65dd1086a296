"""Text that came from elsewhere, made harmless: a job name or an error message must not steer a terminal.

An escape sequence can recolour a screen, hide a line or change a window title; a bidirectional override can make SQL
read as something it is not. All of these are shown as the escapes a programmer would write.
"""

from __future__ import annotations

import re

# C0 but for tab and line feed, DEL and C1, zero-width and bidirectional controls, line separators, lone surrogates.
_STEERING = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)


def plain(text: str) -> str:
    """The text with everything that steers a terminal made visible; line breaks and tabs stay."""
    return _STEERING.sub(_visible, text.replace("\r\n", "\n"))


def one_line(text: str) -> str:
    """The same on one line: breaks and tabs are shown as `\\n` and `\\t`."""
    return plain(text).replace("\n", "\\n").replace("\t", "\\t")


def shortened(text: str, length: int | None) -> str:
    """At most `length` characters, the end cut off visibly; all of them for None."""
    return text if length is None or len(text) <= length else text[: length - 1] + "…"


def _visible(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
