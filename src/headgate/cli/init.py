"""`headgate init`."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path

import click

from headgate.cli import schema_files
from headgate.cli.installation import source
from headgate.cli.output import say
from headgate.errors import UsageError

# Where each file of the starter goes.
STARTER = {
    "headgate.yaml": "headgate.yaml",
    "hello.yaml": "jobs/hello.yaml",
    "workflow.yml": ".github/workflows/headgate.yml",
}
IGNORED = ".headgate/"


@click.command()
@click.argument("folder", metavar="[DIR]", default=".", type=click.Path(file_okay=False, path_type=Path))
def init(folder: Path) -> None:
    """Write a starter project.

    That is headgate.yaml, one job, a CI recipe, and the schemas by which editors check the files. Nothing is
    overwritten: if one of them is there, none is written.
    """
    from headgate.project import schemas

    files = {folder / name: _starter(template, folder) for template, name in STARTER.items()}
    files |= {folder / name: text for name, text in schema_files.texts(schemas()).items()}
    if there := [str(file) for file in files if file.exists()]:
        raise UsageError(
            f"there already: {', '.join(there)}",
            hint="nothing was written; init starts a project, it never changes one",
        )
    made: list[Path] = []
    try:
        for file, text in files.items():
            file.parent.mkdir(parents=True, exist_ok=True)
            with file.open("x", encoding="utf-8") as opened:
                made.append(file)
                opened.write(text)
        ignored = _ignore(folder / ".gitignore")
    except OSError as problem:
        for file in made:
            file.unlink(missing_ok=True)
        raise UsageError(f"the project cannot be written: {problem.strerror}", where=str(problem.filename)) from problem
    written = [*map(str, files), *([str(folder / ".gitignore")] if ignored else [])]
    there_first = f"cd {folder} && " if folder != Path() else ""
    say(
        "\n".join(
            (
                *(f"wrote {file}" for file in written),
                "",
                f"Next: {there_first}headgate local up, then headgate apply. Before CI runs, give the target a url.",
            )
        ),
        changed=True,
    )


def _starter(template: str, folder: Path) -> str:
    text = resources.files("headgate.cli").joinpath("starter", template).read_text("utf-8")
    return text.replace("PROJECT", _name(folder)).replace("SOURCE", source())


def _name(folder: Path) -> str:
    """The folder's name as a project's name."""
    from headgate.manifests import absolute

    return re.sub(r"[^A-Za-z0-9]+", "-", absolute(folder).name).strip("-").lower()[:60].strip("-") or "my-project"


def _ignore(file: Path) -> bool:
    """Add our folder to .gitignore, unless it is there; what was in the file stays."""
    text = file.read_text("utf-8") if file.exists() else ""
    if IGNORED in (line.strip().removeprefix("/") for line in text.splitlines()):
        return False
    before = text if not text or text.endswith("\n") else text + "\n"
    file.write_text(f"{before}{IGNORED}\n", "utf-8")
    return True
