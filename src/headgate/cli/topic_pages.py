"""The pages of `headgate explain TOPIC`: Markdown files in `topics/`, and the settings of providers by their forms."""

from __future__ import annotations

import re
from importlib import resources
from typing import Any

from headgate.providers.registry import PROVIDERS

_COMMENT = re.compile(r"<!--.*?-->\n*", re.DOTALL)


def titles() -> dict[str, str]:
    """Every topic with the heading of its page: first what every reader needs, then a page for each provider."""
    found = {file.name.removesuffix(".md"): file.read_text("utf-8") for file in _folder().iterdir()}
    names = [*sorted(found.keys() - PROVIDERS.keys()), *sorted(found.keys() & PROVIDERS.keys())]
    return {name: found[name].partition("\n")[0].removeprefix("# ") for name in names}


def page(topic: str) -> str:
    """A page as Markdown, without what only its makers read; a provider's ends with all of its settings."""
    text = _COMMENT.sub("", _folder().joinpath(f"{topic}.md").read_text("utf-8")).rstrip()
    return f"{text}\n\n{settings(topic)}" if topic in PROVIDERS else text


def settings(provider: str) -> str:
    """What may stand in the `targets:` entry of a provider, and under `options:` of a manifest."""
    target, options = PROVIDERS[provider].forms()
    lines = ["## Settings of the target", "", *_fields(target)]
    if options.model_fields:
        lines += ["", "## `options:` of a manifest", "", *_fields(options)]
    return "\n".join(lines)


def _fields(form: Any) -> list[str]:
    return [_field(field.alias or name, field) for name, field in form.model_fields.items()]


def _field(name: str, field: Any) -> str:
    note = f" ({known})" if (known := _default(field)) else ""
    return f"- `{name}`{note}" + (f": {field.description}" if field.description else "")


def _default(field: Any) -> str:
    """Whether it has to be given, or what it is where it is left out."""
    if field.is_required():
        return "required"
    value = field.get_default()
    if isinstance(value, bool):
        return f"default: {str(value).lower()}"
    return f"default: {value}" if isinstance(value, str | int | float) and value != "" else ""


def _folder() -> Any:
    return resources.files("headgate.cli").joinpath("topics")
