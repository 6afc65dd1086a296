"""A program as the text `Code` of a job, and back.

A SQL job's code is the script (see `scripts`). A DATASTREAM job's is `key=value` lines, `--` beginning a comment:
`blink.main.class`, `blink.main.jar`, `blink.job.name`, and keys of the program's own. Its jar is the name of a
registered package, because the API takes no files; a manifest writes it `package:NAME`, and the program's own keys as
`args: ["key=value"]`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from headgate.model.spec import Jar, JobSpec, Program, Sql
from headgate.providers.foas import scripts
from headgate.providers.foas.forms import PLAIN_NAME
from headgate.providers.foas.wire import DATASTREAM, SQL, Content

SCHEME = "package:"
_CLASS, _JAR, _NAME = "blink.main.class", "blink.main.jar", "blink.job.name"
_ARGUMENT = re.compile(r"(?!--)[^=\s]+=[^\r\n]*")


def api_type(program: Program) -> str:
    return SQL if isinstance(program, Sql) else DATASTREAM


def package_of(jar: Jar, fill: JobSpec) -> str:
    """The package that holds a jar, empty if it is none."""
    uri = fill.secrets.fill(jar.uri)
    name = uri.removeprefix(SCHEME)
    return name if uri.startswith(SCHEME) and re.fullmatch(PLAIN_NAME, name) else ""


def unfit(spec: JobSpec) -> str:
    """Why the program of a spec cannot be written as a job of this platform; empty if it can."""
    jar = spec.program
    if isinstance(jar, Sql):
        no_settings = "SET is not part of a Blink script: write it as a job parameter, under `config`"
        return no_settings if scripts.has_settings(jar.text) else ""
    name = package_of(jar, spec)
    if not name:
        return (
            f"the jar {jar.uri!r} cannot be sent there: upload it to the cluster's OSS bucket, register it as a "
            f"package, and write `uri: {SCHEME}NAME`"
        )
    if not jar.main_class:
        return "a DataStream job has to name its `main_class`"
    if name in spec.options.get("packages", ()):
        return f"{name!r} is the jar of the job: take it out of `options.packages`"
    for argument in map(spec.secrets.fill, jar.args):
        if not _ARGUMENT.fullmatch(argument) or argument.startswith((f"{_CLASS}=", f"{_JAR}=")):
            return "the arguments of a DataStream job are `key=value`, one line each"
    return ""


def code_of(spec: JobSpec) -> str:
    """The text of a program, with the values of `${env:NAME}` in place."""
    if isinstance(spec.program, Sql):
        return spec.secrets.fill(scripts.as_code(spec.program.text))
    arguments = [spec.secrets.fill(argument) for argument in spec.program.args]
    lines = [f"{_CLASS}={spec.program.main_class}", f"{_JAR}={package_of(spec.program, spec)}"]
    if not any(argument.startswith(f"{_NAME}=") for argument in arguments):
        lines.append(f"{_NAME}={spec.name}")
    return "\n".join([*lines, *arguments])


def packages_of(spec: JobSpec) -> list[str]:
    """Every package a spec uses, the jar's first."""
    own = [package_of(spec.program, spec)] if isinstance(spec.program, Jar) else []
    return [*own, *spec.options.get("packages", ())]


def read(kind: str, content: Content, name: str) -> tuple[Program, list[str]] | None:
    """The program of a job of this API type, and the packages it uses beside its jar; None if it cannot be read."""
    if kind == SQL:
        script = scripts.as_script(content.code)
        return (Sql(script), sorted(set(content.packages))) if scripts.meaning_of(script) is not None else None
    if kind != DATASTREAM:
        return None
    pairs = list(_pairs(content.code))
    reported = dict(pairs)
    jar = reported.get(_JAR) or (content.packages[0] if content.packages else "")
    if not jar or not reported.get(_CLASS):
        return None
    arguments = (pair for pair in pairs if pair[0] not in (_CLASS, _JAR) and pair != (_NAME, name))
    program = Jar(f"{SCHEME}{jar}", reported[_CLASS], tuple(map("=".join, arguments)))
    return program, sorted(set(content.packages) - {jar})


def _pairs(code: str) -> Iterator[tuple[str, str]]:
    for line in re.split(r"\r\n|\r|\n", code):
        key, equals, value = line.strip().partition("=")
        if equals and not key.startswith("--"):
            yield key.strip(), value.strip()
