"""A group whose commands are imported when they are run, and which turns trouble into a message and an exit code."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib import import_module
from typing import Any, cast

import click

from headgate.cli.streams import leave
from headgate.errors import UsageError


class Commands(click.Group):
    """`modules` maps a command to `module:name`. Commands return their exit code, None for 0."""

    def __init__(self, *args: Any, modules: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._modules = modules

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self._modules)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self._modules:
            return None
        module, _, name = self._modules[cmd_name].partition(":")
        return cast(click.Command, getattr(import_module(module), name))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in self._modules and not args[0].startswith("-"):
            near = difflib.get_close_matches(args[0], self._modules, n=1)
            hint = f"did you mean `{near[0]}`?" if near else f"commands: {', '.join(self._modules)}"
            raise UsageError(f"there is no command `{ctx.command_path} {args[0]}`", hint=hint)
        return super().resolve_command(ctx, args)

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """Run and exit, as a program; with `standalone_mode=False` return or raise, as a library."""
        if not standalone_mode:
            return super().main(args, prog_name, complete_var, False, **extra)
        arguments = list(sys.argv[1:] if args is None else args)
        try:
            code = super().main(arguments, "headgate", complete_var, False, **extra)
        except Exception as trouble:
            code = _report(trouble, as_json=_asks_for_json(arguments), whole="--verbose" in arguments)
        leave()
        sys.exit(code if isinstance(code, int) else 0)


def _report(trouble: Exception, *, as_json: bool, whole: bool) -> int:
    """Say what went wrong, in the form that was asked for if stdout takes it; the exit code it means."""
    from headgate.cli.exceptions import known, trace
    from headgate.cli.output import complain, note, palette
    from headgate.reporting import error_json, error_text

    error = known(trouble)
    if where := trace(error, trouble):
        note(where)
    complain(error, error_text(error, replace(palette(sys.stderr), whole=whole)), error_json(error) if as_json else "")
    return error.exit_code


def _asks_for_json(arguments: Sequence[str]) -> bool:
    """Also where the arguments make no sense otherwise: a caller that asked for JSON reads JSON."""
    following = [*arguments[1:], ""]
    return any(
        a == "--format=json" or (a == "--format" and b == "json") for a, b in zip(arguments, following, strict=True)
    )
