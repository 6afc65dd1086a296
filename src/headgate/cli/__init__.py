"""The front door: a module for each command. A command parses, calls `Headgate`, renders and exits; it decides nothing.

`headgate --version` must be instant, so `main` imports click and the errors, a command's module is imported when that
command is run, and the project behind it - YAML, pydantic, HTTP - when the command asks for it.

Results go to stdout, everything about getting there (progress, questions, errors) to stderr; with `--format json`
stdout is one JSON document, errors too.

- `main`, `commands`  the program: finds a command, turns every trouble into a message and an exit code
- `global_options`  what the options before a command say
- `exceptions`    trouble that is ours, and what click calls a usage error
- `request_logging`  `--log-level`
- `options`     `--project`, `--env`, `--format` and JOB, the same on every command
- `output`     writing to stdout and stderr, colours, a spinner where a person watches
- `streams`     stdout and stderr themselves: watched, closed, full
- `apply_plan`  showing a plan, asking, applying and reporting: what `apply` and `rollback` share
- `progress`    what `apply` shows while it works; `interrupts` what Ctrl-C does meanwhile
- `exits`       the exit codes of plans and reports
- `starter/`    the files `headgate init` writes
- `topics/`     the pages of `headgate explain TOPIC`; `topic_pages` reads them
"""
