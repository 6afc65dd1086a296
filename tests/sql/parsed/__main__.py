"""Asks the parsers of the Flinks in the folders given, and writes `words.json`."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from tests.sql.parsed import ANSWERS, FOLDER

from headgate.sql.keywords import _SIGNS, KEYWORDS


def asked(home: Path, *arguments: str) -> list[str]:
    """The answers of one Flink, a line each."""
    (loader,) = (home / "lib").glob("flink-table-planner-loader-*.jar")
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(loader) as outer:
        planner = outer.extract("flink-table-planner.jar", folder)
        command = ["java", "-cp", f"{planner}:{home}/lib/*", str(FOLDER / "Words.java"), *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()


def main(homes: list[Path]) -> None:
    """Names in any version are names; keywords in all that read the statement are keywords."""
    words = sorted(word for word in KEYWORDS if set(_SIGNS[word]) != {"R"})
    listed = FOLDER / "words.txt"
    listed.write_text("\n".join(words) + "\n", "utf-8")
    statements: dict[str, dict[str, list[int]]] = {}
    templates: dict[str, list[str]] = {}
    found = [asked(home, "statements", str(FOLDER / "statements.txt")) for home in homes]
    for sql, *lines in zip((FOLDER / "statements.txt").read_text("utf-8").splitlines(), *found, strict=True):
        pairs = {(int(at), sign) for line in lines for at, sign in re.findall(r"(\d+)([kn])", line)}
        names = {at for at, sign in pairs if sign == "n"}
        statements[sql] = {"keywords": sorted({at for at, _ in pairs} - names), "names": sorted(names)}
    found = [asked(home, "templates", str(FOLDER / "templates.txt"), str(listed)) for home in homes]
    for template, *lines in zip((FOLDER / "templates.txt").read_text("utf-8").splitlines(), *found, strict=True):
        listed_words = {word for line in lines for word in line.split()}
        templates.setdefault(" ".join(word for word in words if word not in listed_words), []).append(template)
    listed.unlink()
    text = json.dumps({"words": " ".join(words), "statements": statements, "templates": templates}, indent=0)
    text = re.sub(r"\[\s+(\d[\d,\s]*?)\s+\]", lambda found: f"[{' '.join(found[1].split())}]", text)
    ANSWERS.write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    main([Path(home) for home in sys.argv[1:]])
