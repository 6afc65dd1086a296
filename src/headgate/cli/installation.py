"""Where this headgate was installed from, so that a recipe can pin the same: its repository and commit."""

from __future__ import annotations

import json
from importlib import metadata

DISTRIBUTION = "headgate-flink"
# No host has a name that ends in `.example`: what is not filled in installs nothing.
UNKNOWN = "git+https://git.example/headgate.git@COMMIT"


def source() -> str:
    """What `pip` installs the same from, `git+https://...@commit`; a place to fill in where that is not known.

    Installers record it: https://packaging.python.org/en/latest/specifications/direct-url/
    """
    try:
        recorded = json.loads(metadata.distribution(DISTRIBUTION).read_text("direct_url.json") or "{}")
        version = recorded["vcs_info"]
        url, kind, commit = recorded["url"], version["vcs"], version["commit_id"]
    except (metadata.PackageNotFoundError, ValueError, KeyError, TypeError):
        return UNKNOWN
    reached = (
        isinstance(url, str) and url.startswith(("https://", "ssh://")) and "@" not in url.removeprefix("ssh://git@")
    )
    return f"{kind}+{url}@{commit}" if reached else UNKNOWN
