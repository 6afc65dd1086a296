"""Desired: one job as git asks for it, resolved and normalised, and its revision.

The revision is a digest of what the job computes and how it is run. What only tells headgate how to handle the job
(savepoint strategy, depends_on, ignore, state, previous_name) is not in it: editing those never restarts anything.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import zip_longest
from typing import Any

from headgate.model.configuration import normalised
from headgate.model.secret import PLACEHOLDER, Secrets, digests
from headgate.sql import FLINK, Dialect, SqlMistake, meaning


class Strategy(StrEnum):
    """What a (re)start restores from. NONE is the written consent to start empty."""

    LATEST = "latest"
    EARLIEST = "earliest"
    NONE = "none"
    PATH = "path"


class DesiredState(StrEnum):
    """What git wants of a job: running, or stopped with a savepoint and its state kept."""

    RUNNING = "running"
    SUSPENDED = "suspended"


@dataclass(frozen=True, slots=True)
class Sql:
    """A script of SQL statements, `${env:NAME}` placeholders unresolved."""

    text: str


@dataclass(frozen=True, slots=True)
class Jar:
    """A program in a jar: `uri` is a path in the repository, or a URL or path the platform understands.

    `digest` is the SHA-256 of a file in the repository (hex), so that a rebuilt jar is a change; empty for the others.
    `file` is where that file is on this machine.
    """

    uri: str
    main_class: str = ""
    args: tuple[str, ...] = ()
    digest: str = ""
    file: str = field(default="", compare=False)


Program = Sql | Jar


@dataclass(frozen=True, slots=True)
class Savepoint:
    """How a job is restored, and the state verdicts its owner has consented to in writing.

    `max_age` bounds the age of what a failed or cancelled job is started again from, in seconds; 0: no bound. `keep` is
    how many savepoints are kept, 0: all.
    """

    strategy: Strategy = Strategy.LATEST
    path: str = ""
    accept: frozenset[str] = frozenset()
    max_age: float = 0.0
    keep: int = 0


@dataclass(frozen=True, slots=True)
class Source:
    """Where a job was written down, for messages: file relative to the project, 1-based line and column.

    `statement_file`, `statement_line` and `statement_indent` locate the first character of the SQL text, so that line
    3 of the SQL can be shown as a line of the file; `folded` texts keep no lines and are shown at their first.
    `settings` are the places of the options of Flink that the job sets, each `file:line:column`.
    """

    file: str = ""
    line: int = 1
    column: int = 1
    statement_file: str = ""
    statement_line: int = 1
    statement_indent: int = 0
    folded: bool = False
    settings: Mapping[str, str] = field(default_factory=dict, compare=False)

    def at(self, line: int, column: int) -> str:
        """`file:line:column` of a 1-based position in the SQL text."""
        file = self.statement_file or self.file
        if self.folded:
            return f"{file}:{self.statement_line}:{self.statement_indent + 1}"
        return f"{file}:{self.statement_line + line - 1}:{self.statement_indent + column}"

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class JobSpec:
    """One job, desired. `source` and `secrets` say where it came from and take no part in equality.

    `dialect` is what its target reads a statement by, and so is any statement that is compared with its own.
    """

    name: str
    target: str
    program: Program
    parallelism: int = 1
    savepoint: Savepoint = Savepoint()
    config: Mapping[str, str] = field(default_factory=dict)
    desired_state: DesiredState = DesiredState.RUNNING
    previous_name: str = ""
    depends_on: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    secrets: Secrets = field(default=Secrets(), compare=False)
    source: Source = field(default=Source(), compare=False)
    dialect: Dialect = field(default=FLINK, compare=False, repr=False)

    def fields(self) -> dict[str, Any]:
        """What the job computes and how it runs, normalised: the material of `revision` and of every diff.

        Keys: statement (tuple of tokens) or jar, parallelism, config, options, env. JSON types only.
        """
        env = self.secrets.digests()
        return _shape(self.program, self.parallelism, self.config, self.options, env, self.dialect)

    @property
    def revision(self) -> str:
        """Digest of the meaning of this job, 16 hex digits."""
        text = json.dumps(self.fields(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    @property
    def handling(self) -> str:
        """Digest of what only tells headgate how to handle the job: the rest of the manifest, 16 hex digits."""
        keep = self.savepoint.keep
        return _handling_digest([*self._start_handling(), *([f"keep={keep}"] if keep else [])])

    def _start_handling(self) -> list[Any]:
        """The part of the handling that has to do with how the job starts: not how many savepoints are kept after."""
        consents = sorted(self.savepoint.accept)
        reported = [
            self.target,
            self.savepoint.strategy,
            self.savepoint.path,
            consents,
            self.desired_state,
            self.previous_name,
        ]
        reported += [f"max_age={self.savepoint.max_age}"] if self.savepoint.max_age else []
        return [*reported, self.depends_on, self.ignore]

    @property
    def manifest_hash(self) -> str:
        """Digest of the manifest as far as its start goes: what is remembered of one that did not settle."""
        return self.manifest_hash_of(self.revision)

    def manifest_hash_of(self, revision: str) -> str:
        """The version of another revision of this job, handled in the same way."""
        handled = _handling_digest(self._start_handling())
        return hashlib.sha256(f"{revision} {handled}".encode()).hexdigest()[:16]

    def carried(self) -> dict[str, Any]:
        """The manifest as a job carries it: placeholders unresolved, secrets as digests. `restored` reads it back."""
        program = {"statement": self.program.text} if isinstance(self.program, Sql) else {"jar": _jar(self.program)}
        return {
            "name": self.name,
            **program,
            "parallelism": self.parallelism,
            "config": dict(self.config),
            "options": dict(self.options),
            "env": self.secrets.digests(),
        }


def _handling_digest(reported: list[Any]) -> str:
    return hashlib.sha256(json.dumps(reported).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class AppliedSpec:
    """The manifest a live job was started from, read back from the job itself or from the platform's own fields.

    `dialect` is that of the manifest it is compared with, once `unfilled` was reported which.

    `filled` says that it was read from the platform's fields, where values stand in place of `${env:NAME}`; `env` is
    empty then, and `unfilled` puts the placeholders back. Its repr tells nothing that such values may stand in.
    `unstated` are options that no manifest stated, with the values that the platform is known to have for them: a
    manifest that states the same differs in nothing.
    """

    program: Program = field(repr=False)
    parallelism: int
    config: Mapping[str, str] = field(repr=False)
    options: Mapping[str, Any] = field(repr=False)
    env: Mapping[str, str] = field(default_factory=dict)
    filled: bool = False
    unstated: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)
    dialect: Dialect = field(default=FLINK, compare=False, repr=False)

    @classmethod
    def restored(cls, carried: Mapping[str, Any]) -> AppliedSpec:
        """Read what `JobSpec.carried` wrote. Raises KeyError, TypeError or ValueError when it is not that."""
        jar = carried.get("jar")
        program: Program = (
            Jar(str(jar["uri"]), str(jar["main_class"]), tuple(map(str, jar["args"])), str(jar["digest"]))
            if jar is not None
            else Sql(str(carried["statement"]))
        )
        return cls(
            program=program,
            parallelism=int(carried["parallelism"]),
            config={str(key): str(value) for key, value in carried["config"].items()},
            options=dict(carried["options"]),
            env={str(key): str(value) for key, value in carried["env"].items()},
        )

    @classmethod
    def remembered(cls, carried: Mapping[str, Any]) -> AppliedSpec | None:
        """As `restored`, of a record of long ago; None where that is damaged, or of a headgate that wrote another."""
        try:
            return cls.restored(carried)
        except (KeyError, TypeError, ValueError, AttributeError):
            return None

    def fields(self) -> dict[str, Any]:
        """The same shape as `JobSpec.fields`."""
        return _shape(self.program, self.parallelism, self.config, self.options, self.env, self.dialect)

    def unfilled(self, want: JobSpec) -> AppliedSpec:
        """This spec as it is compared with `want`: read by its dialect, with its placeholders put back where their
        values stand, and digests of those values.

        A text that is not the template with values in it is shown with every value that is known masked.
        """
        if not self.filled:
            return replace(self, dialect=want.dialect)
        values: dict[str, str] = {}
        unfill = functools.partial(want.secrets.unfill, values=values)
        program = self.program
        match program, want.program:
            case Sql(text), Sql(template):
                program = Sql(unfill(text, template))
            case Jar(uri=uri, args=arguments), Jar(args=templates):
                pairs = zip_longest(arguments, templates, fillvalue="")
                filled = tuple(unfill(*pair) for pair in pairs)[: len(arguments)]
                program = replace(program, uri=unfill(uri, want.program.uri), args=filled)
        config = {key: unfill(value, want.config.get(key, "")) for key, value in self.config.items()}
        stated = {key: self.unstated[key] for key in want.options if key in self.unstated} | dict(self.options)
        options = _unfilled(stated, dict(want.options), unfill)
        env = digests(values)
        return replace(
            self, program=program, config=config, options=options, env=env, filled=False, dialect=want.dialect
        )

    def again(self, want: JobSpec, *, name: str, environ: Mapping[str, str]) -> JobSpec | None:
        """A spec that runs this manifest once more, handled as `want` is; values come from it or from `environ`.

        None if a `${env:NAME}` in it has no value here.
        """
        known = {**environ, **want.secrets.values}
        if not self.env.keys() <= known.keys():
            return None
        return replace(
            want,
            name=name,
            program=self.program,
            parallelism=self.parallelism,
            config=self.config,
            options=self.options,
            secrets=Secrets({name: known[name] for name in self.env}),
        )

    def over(self, desired: JobSpec, paths: tuple[str, ...]) -> JobSpec:
        """`desired` with the fields that somebody else owns (`ignore`) taken from this spec.

        A field whose `${env:NAME}` has no value here stays as git has it, for it could not be started.
        """
        known = desired.secrets.values
        program, config, options = desired.program, dict(self.config), dict(self.options)
        if {"statement", "jar"} & set(paths) and _has_all(_texts(self.program), known):
            program = self.program
        return replace(
            desired,
            config=config if "config" in paths else _mixed(desired.config, config, paths, "config.", known),
            parallelism=self.parallelism if "parallelism" in paths else desired.parallelism,
            program=program,
            options=options if "options" in paths else _mixed(desired.options, options, paths, "options.", known),
        )


def _unfilled(value: Any, template: Any, unfill: Callable[[str, str], str]) -> Any:
    """A JSON value with the placeholders of its template back in every text, however deep."""
    match value:
        case str():
            return unfill(value, template if isinstance(template, str) else "")
        case dict():
            known = template if isinstance(template, dict) else {}
            return {key: _unfilled(inner, known.get(key), unfill) for key, inner in value.items()}
        case list():
            texts = template if isinstance(template, list) else []
            return [_unfilled(inner, one, unfill) for inner, one in zip_longest(value, texts)][: len(value)]
        case _:
            return value


def _mixed(
    wanted: Mapping[str, Any], live: Mapping[str, Any], paths: tuple[str, ...], under: str, known: Mapping[str, str]
) -> dict[str, Any]:
    """The wanted entries, but those named by a path `under` as they are live, or left out where live has none."""
    theirs = {path.removeprefix(under) for path in paths if path.startswith(under)}
    theirs -= {key for key in theirs & live.keys() if not _has_all([json.dumps(live[key])], known)}
    return {key: value for key, value in wanted.items() if key not in theirs} | {
        key: value for key, value in live.items() if key in theirs
    }


def _texts(program: Program) -> list[str]:
    return [program.text] if isinstance(program, Sql) else [program.uri, *program.args]


def _has_all(texts: Iterable[str], known: Mapping[str, str]) -> bool:
    """Is there a value for every placeholder in these texts?"""
    return all(name in known for text in texts for name in PLACEHOLDER.findall(text))


@functools.lru_cache(maxsize=20_000)
def _tokens(text: str, dialect: Dialect) -> tuple[str, ...]:
    """What counts of a statement. One that cannot be read to its end, as somebody may leave it on a platform, is all
    that it says.
    """
    try:
        return meaning(text, dialect)
    except SqlMistake:
        return (text,)


def _shape(
    program: Program,
    parallelism: int,
    config: Mapping[str, str],
    options: Mapping[str, Any],
    env: Mapping[str, str],
    dialect: Dialect,
) -> dict[str, Any]:
    shape: dict[str, Any] = {
        "parallelism": parallelism,
        "config": normalised(config),
        "options": dict(options),
        "env": dict(env),
    }
    match program:
        case Sql(text):
            shape["statement"] = list(_tokens(text, dialect))
        case Jar():
            shape["jar"] = _jar(program)
    return shape


def _jar(jar: Jar) -> dict[str, Any]:
    return {"uri": jar.uri, "main_class": jar.main_class, "args": list(jar.args), "digest": jar.digest}
