"""`headgate explain`."""

from __future__ import annotations

import difflib
import inspect
import pkgutil
from collections.abc import Iterator
from importlib import import_module

import click
from click.shell_completion import CompletionItem

import headgate
from headgate.cli.options import format_option
from headgate.cli.output import say
from headgate.cli.topic_pages import page, titles
from headgate.errors import HeadgateError, UsageError
from headgate.model.live_health import CODE as DEGRADED
from headgate.model.live_health import EXPLAINED as DEGRADED_MEANS
from headgate.model.reasons import EXPLAINED
from headgate.model.warnings import EXPLAINED as WARNINGS
from headgate.reporting import explanation_json, explanation_text, explanations_text

# What only tests import: simulators of platforms.
_NOT_OURS = "headgate.testing"


def _complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    return [CompletionItem(name) for name in (*titles(), *explanations()) if name.startswith(incomplete)]


@click.command()
@click.argument("name", metavar="[CODE|TOPIC]", required=False, shell_complete=_complete)
@format_option("text", "json")
def explain(name: str | None, style: str) -> None:
    """Say what a CODE means and what to do, or show a TOPIC.

    Errors, warnings and the reasons in a plan have codes. The topics are the manual: files, commands, state, secrets,
    and a page for each platform. Without a name, all topics and codes are listed.
    """
    codes, topics = explanations(), titles()
    if name is None:
        say(explanation_json(codes, topics) if style == "json" else explanations_text(codes, topics))
    elif name in topics:
        say(explanation_json({}, {name: page(name)}) if style == "json" else page(name))
    elif name in codes:
        say(explanation_json({name: codes[name]}) if style == "json" else explanation_text(name, codes[name]))
    else:
        near = difflib.get_close_matches(name, (*codes, *topics), n=1)
        hint = f"did you mean {near[0]!r}?" if near else "`headgate explain` lists all codes and topics"
        raise UsageError(f"there is no code or topic {name!r}", hint=hint)


def explanations() -> dict[str, str]:
    """Every code with what it means: the docstring of an error's class, the text of a reason or a warning."""
    texts: dict[str, list[str]] = {}
    for error in errors():
        texts.setdefault(error.code, []).append(inspect.cleandoc(error.__doc__ or ""))
    for code, text in (*EXPLAINED.items(), *WARNINGS.items(), (DEGRADED, DEGRADED_MEANS)):
        texts.setdefault(str(code), []).append(text)
    return {code: "\n\n".join(dict.fromkeys(found)) for code, found in sorted(texts.items())}


def errors() -> Iterator[type[HeadgateError]]:
    """Every error class that has a code of its own; a class that only others are made from is no news to anybody."""
    for module in _modules():
        import_module(module)
    waiting = HeadgateError.__subclasses__()
    while waiting:
        error = waiting.pop()
        waiting += error.__subclasses__()
        # A class without a code of its own is explained by the one it inherits the code from.
        if "code" in vars(error):
            yield error


def _modules() -> Iterator[str]:
    """Every module of headgate: errors are defined beside the code that raises them, wherever that is."""
    waiting = [(f"headgate.{found.name}", found.ispkg) for found in pkgutil.iter_modules(headgate.__path__)]
    while waiting:
        name, is_package = waiting.pop()
        if name in (_NOT_OURS, "headgate.__main__"):
            continue
        yield name
        if is_package:
            inside = pkgutil.iter_modules(import_module(name).__path__)
            waiting += [(f"{name}.{found.name}", found.ispkg) for found in inside]
