"""Asks the Flinks in the folders given, and writes the table of options and `spellings.json`."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

from tests.model.flink import ANSWERS, FOLDER

TABLE = FOLDER.parents[2] / "src" / "headgate" / "model" / "flink_options.json"
# What a job may set; every other option is one of the cluster or of a connector.
OF_A_JOB = (
    *("execution.", "table.", "pipeline.", "state.", "restart-strategy.", "parallelism.", "task.", "classloader."),
    "metrics.latency.",
)
KINDS = {"memorysize": "memory"}
ROW = tuple[str, str, str, list[str], list[str]]


def asked(home: Path, *arguments: str) -> list[str]:
    """The answers of one Flink, a line each."""
    with tempfile.TemporaryDirectory() as folder:
        (loader,) = (home / "lib").glob("flink-table-planner-loader-*.jar")
        with zipfile.ZipFile(loader) as outer:
            planner = outer.extract("flink-table-planner.jar", folder)
        jars = [str(next((home / "lib").glob(f"flink-{name}-*.jar"))) for name in ("dist", "table-api-java-uber")]
        asking = [*arguments, *jars, planner] if arguments == ("options",) else [*arguments]
        encoding = ("-Dfile.encoding=UTF-8", "-Dstdout.encoding=UTF-8")
        command = ["java", *encoding, "-cp", f"{planner}:{home}/lib/*", str(FOLDER / "Options.java"), *asking]
        answer = subprocess.run(command, check=True, capture_output=True, text=True, encoding="utf-8")
        return answer.stdout.split("\n")[:-1]


def options(home: Path) -> dict[str, list[ROW]]:
    """Key to what each class says of it: kind, default (an empty text: none, else after a `=`), values, former keys."""
    found: dict[str, list[ROW]] = {}
    for line in asked(home, "options"):
        key, kind, many, default, values, former = line.split("\t")
        kind = KINDS.get(kind, kind)
        row = (kind, many, default, values.split(",") if values else [], former.split(",") if former else [])
        if key.startswith(OF_A_JOB):
            found.setdefault(key, []).append(row)
    return found


def table(homes: list[Path]) -> dict[str, dict[str, Any]]:
    """Every option of a job, and what all versions say of it."""
    versions = [options(home) for home in homes]
    made: dict[str, dict[str, Any]] = {}
    for key in sorted({key for version in versions for key in version}):
        rows = [row for version in versions for row in version.get(key, ())]
        kinds = {(kind, many) for kind, many, *_ in rows}
        ((kind, many),) = kinds if len(kinds) == 1 else {("string", "")}
        defaults = [{default for _, _, default, *_ in version[key]} - {""} for version in versions if key in version]
        said = set[str]().union(*defaults)
        default = said.pop() if len(said) == 1 and all(defaults) else ""
        option: dict[str, Any] = {"type": kind} | ({"list": True} if many else {})
        option["default"] = _text(kind, default[1:]) if default and default != "=?" else None
        if values := [value for _, _, _, values, _ in rows for value in values]:
            option["values"] = sorted(dict.fromkeys(values))
        if former := [one for *_, former in rows for one in former]:
            option["instead_of"] = sorted(dict.fromkeys(former))
        made[key] = option
    return made


def _text(kind: str, default: str) -> str:
    nanos, _, unit = default.partition(" ")
    if kind != "duration" or unit != "ns" or int(nanos) % 1_000_000:
        return default
    return f"{int(nanos) // 1_000_000} ms"


def spelled(homes: list[Path]) -> dict[str, dict[str, list[str]]]:
    """Type to text to what each version reads."""
    lines = (FOLDER / "spellings.txt").read_text("utf-8").split("\n")[:-1]
    answers = [asked(home, "spellings", str(FOLDER / "spellings.txt")) for home in homes]
    found: dict[str, dict[str, list[str]]] = {}
    for line, *read in zip(lines, *answers, strict=True):
        kind, _, text = line.partition("\t")
        unescaped = text.replace("\\s", " ").replace("\\n", "\n").replace("\\t", "\t")
        found.setdefault(kind, {})[unescaped] = read
    return found


def main(homes: list[Path]) -> None:
    rows = (f" {json.dumps(key)}: {json.dumps(option)}" for key, option in table(homes).items())
    TABLE.write_text("{\n" + ",\n".join(rows) + "\n}\n", "utf-8")
    kinds: list[str] = []
    for kind, texts in spelled(homes).items():
        lines = (f"  {json.dumps(text)}: {json.dumps(read)}" for text, read in texts.items())
        kinds.append(f" {json.dumps(kind)}: {{\n" + ",\n".join(lines) + "\n }")
    ANSWERS.write_text("{\n" + ",\n".join(kinds) + "\n}\n", "utf-8")


if __name__ == "__main__":
    main([Path(home) for home in sys.argv[1:]])
