"""`headgate init`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib import resources
from pathlib import Path

import click

from headgate.cli import schema_files
from headgate.cli.installation import source
from headgate.cli.output import say
from headgate.errors import UsageError

# Where each file of the starter goes; a provider has a headgate.yaml and a job of its own, in its folder.
STARTER = {
    "headgate.yaml": "headgate.yaml",
    "hello.yaml": "jobs/hello.yaml",
    "workflow.yml": ".github/workflows/headgate.yml",
}
PROVIDERS = ("flink", "dinky", "huawei-dli", "huawei-cs", "alibaba-foas")
IGNORED = ".headgate/"
_VARIABLE = re.compile(r"\$\{env:(\w+)\}")


@click.command()
@click.argument("folder", metavar="[DIR]", default=".", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--provider",
    type=click.Choice(PROVIDERS),
    help="The platform that the jobs run on; default: a Flink on this machine (`headgate local up`).",
)
def init(folder: Path, provider: str | None) -> None:
    """Write a starter project.

    That is headgate.yaml, one job, a CI recipe, and the schemas by which editors check the files. Nothing is
    overwritten: if one of them is there, none is written.
    """
    from headgate.project import schemas

    names = _variables(provider)
    files = {folder / name: _starter(template, folder, provider, names) for template, name in STARTER.items()}
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
                f"Next: {there_first}{_next_move(names, files.values()) if provider else _LOCAL}",
            )
        ),
        changed=True,
    )


_LOCAL = "headgate local up, then headgate apply. Before CI runs, give the target a url."


def _next_move(names: list[str], texts: Iterable[str]) -> str:
    variables = f"{', '.join(names[:-1])} and {names[-1]}"
    edits = ", edit what is marked `edit:`" if any("# edit:" in text for text in texts) else ""
    return f"set {variables}{edits}, then headgate plan and headgate apply. CI needs the variables as secrets."


def _variables(provider: str | None) -> list[str]:
    """The variables that a provider's headgate.yaml reads, in its order."""
    return list(dict.fromkeys(_VARIABLE.findall(_template("headgate.yaml", provider)))) if provider else []


def _starter(template: str, folder: Path, provider: str | None, names: list[str]) -> str:
    secrets = "".join(f"  {name}: ${{{{ secrets.{name} }}}}\n" for name in names)
    before = "add the secrets that are named below" if names else "give it the url of a Flink"
    text = _template(template, provider).replace("__CREDENTIALS__\n", secrets + "\n").replace("__BEFORE_CI__", before)
    return text.replace("__PROJECT__", _name(folder)).replace("__SOURCE__", source())


def _template(name: str, provider: str | None) -> str:
    folder = resources.files("headgate.cli").joinpath("starter")
    own = folder.joinpath(provider, name) if provider else folder.joinpath(name)
    return (own if own.is_file() else folder.joinpath(name)).read_text("utf-8")


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
