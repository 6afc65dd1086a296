"""`--log-level` and HEADGATE_LOG: what headgate logs, on stderr. Before or after the name of the command."""

from __future__ import annotations

import click


def _start(ctx: click.Context, param: click.Parameter, level: str | None) -> None:
    """Write what is logged at this level and above, until the command is over."""
    if not level or ctx.resilient_parsing:
        return
    # Imported here: `headgate --version` is to be instant.
    import logging

    from headgate.cli.output import note

    class Notes(logging.Handler):
        """Lines on stderr, which may be closed: `note` takes care of that."""

        def emit(self, record: logging.LogRecord) -> None:
            note(self.format(record))

    logger, handler = logging.getLogger("headgate"), Notes()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s", "%H:%M:%S"))
    others, before = logger.handlers[:], logger.level
    # The one given last counts alone.
    logger.handlers[:] = [handler]
    logger.setLevel(level.upper())

    @ctx.call_on_close
    def stop() -> None:
        logger.handlers[:] = others
        logger.setLevel(before)


log_level_option = click.option(
    "--log-level",
    type=click.Choice(("debug", "info", "warning", "error"), case_sensitive=False),
    envvar="HEADGATE_LOG",
    show_envvar=True,
    callback=_start,
    expose_value=False,
    help="Log on stderr; debug: every request, without what it carries.",
)
