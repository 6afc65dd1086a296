"""What a valid project holds, and what a code means."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping

from headgate.model.project import Project
from headgate.reporting.plain_text import one_line
from headgate.reporting.plan_json import FORMAT_VERSION, as_json, warning_document
from headgate.reporting.verb_words import counted

_WIDTH = 100


def valid_text(project: Project) -> str:
    """`headgate.yaml and 12 jobs in 3 files are valid.`, and the variables that are not set."""
    jobs, files = counted(len(project.jobs), "job"), counted(_files(project), "file")
    environment = f" for environment {project.environment}" if project.environment else ""
    return one_line(f"headgate.yaml and {jobs} in {files} are valid{environment}.{_unset(project)}")


def valid_json(project: Project) -> str:
    """The same as data, with the name of every job."""
    return as_json(
        {
            "format_version": FORMAT_VERSION,
            "valid": True,
            "project": project.name,
            "environment": project.environment or None,
            "jobs": sorted(project.jobs),
            "files": _files(project),
            "unset": list(project.unset),
            "warnings": [warning_document(one) for one in project.warnings],
        }
    )


def explanation_text(code: str, text: str) -> str:
    """One code and what it means, in lines of a readable length."""
    paragraphs = (textwrap.fill(" ".join(part.split()), _WIDTH) for part in text.split("\n\n"))
    return f"{code}\n\n" + "\n\n".join(paragraphs)


def explanations_text(texts: Mapping[str, str], topics: Mapping[str, str]) -> str:
    """Every topic with its title, and every code with its first sentence."""
    width = max(map(len, (*texts, *topics)), default=0)
    lines = [f"{name.ljust(width)}  {title}" for name, title in topics.items()]
    lines += ["", "Codes of errors, warnings and reasons in a plan:", ""]
    lines += [f"{code.ljust(width)}  {_first(text)}" for code, text in texts.items()]
    return "Topics:\n\n" + "\n".join(lines)


def explanation_json(texts: Mapping[str, str], topics: Mapping[str, str] | None = None) -> str:
    """Codes and what they mean; topics and their pages, or their titles where all are listed."""
    return as_json({"format_version": FORMAT_VERSION, "codes": texts, "topics": topics or {}})


def _files(project: Project) -> int:
    return len({spec.source.file for spec in project.jobs.values()})


def _unset(project: Project) -> str:
    """Which variables are not set: what they say was not judged."""
    return f" Not set here, and not judged: {', '.join(project.unset)}." if project.unset else ""


def _first(text: str) -> str:
    sentence = " ".join(text.split("\n\n")[0].split())
    return sentence.partition(". ")[0].rstrip(".") + "."
