"""A jar or package, and the jobs that use it: who is touched when it changes."""

from __future__ import annotations

import re
from dataclasses import dataclass

from headgate.model.live import Unknown

# Paths stand in lists (`pipeline.jars: a.jar;b.jar`) and in statements (ADD JAR 'libs/a.jar').
_BETWEEN = re.compile(r"""[\s,;'"]+""")
# How a manifest writes the name of a package that is registered on its platform.
_REGISTERED = "package:"


def mentions(text: str, package: str) -> bool:
    """Does a text name a package: by its whole path, its file name, or the end of its path after a `/`?

    `udf.jar` is not in `lib/my-udf.jar`. A registered package is named with or without `package:`.
    """
    wanted = package.removeprefix(_REGISTERED)
    words = (word.removeprefix(_REGISTERED) for word in _BETWEEN.split(text))
    return any(word == wanted or word.endswith((f"/{wanted}", f":{wanted}")) for word in words)


@dataclass(frozen=True, slots=True)
class Use:
    """One job that uses a package: as its manifest says, as its target says, or both.

    `live` is None where the target gave no answer to trust.
    """

    job: str
    target: str
    git: bool
    live: bool | None

    @property
    def where(self) -> str:
        """`both`, `git` or `live`."""
        return "both" if self.git and self.live else "git" if self.git else "live"


@dataclass(frozen=True, slots=True)
class Package:
    """A package by its uri or name, its uses in the order of jobs, and the targets that did not tell."""

    name: str
    uses: tuple[Use, ...] = ()
    silent: tuple[tuple[str, Unknown], ...] = ()
