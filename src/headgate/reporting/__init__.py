"""Telling people, and programs: plan, report, status, graph or error in; text, JSON, Markdown or Mermaid out.

Pure: the same value gives the same text, on a terminal and in a log. May know: the model and the errors. Must not know:
click, rich, a clock, a platform. Colour is a `Palette` that is passed in; a caller that writes to a log passes `PLAIN`.

Nothing that comes from a manifest or a platform reaches the output as it is: `plain_text` makes terminal control
characters visible, and the values of `${env:...}` placeholders are put back to their placeholders.

- `plan_text`, `plan_json`, `plan_markdown`  one plan for three readers
- `plan_file` a plan in a file; `report` what became of one
- `passes`   one pass of the reconcile loop; `events` what happens meanwhile
- `status`, `graph`, `failure`  what is live, how it is built, what went wrong; `validation` what is valid, what codes
  mean
- `history`, `savepoint`, `locks`  what was done to a job, the savepoint that was asked for, the lock that was ended
- `warnings`  what a person should know that stops nothing
- `import_report`, `references`  what an import wrote; which jobs use a package
- `folding`  long messages, and what is left out of them; all is shown with `--verbose`
- `actions`  what all of these say about one action; `sql_diff`, `verb_words`, `plain_text`, `markdown` their vocabulary
"""

from headgate.reporting.events import event_text
from headgate.reporting.failure import error_json, error_text, warning_text
from headgate.reporting.graph import graph_json, graph_mermaid, graph_text
from headgate.reporting.palette import COLOURED, PLAIN, Palette
from headgate.reporting.passes import news, pass_error_json, pass_json, pass_text
from headgate.reporting.plan_json import plan_document, plan_json
from headgate.reporting.plan_markdown import plan_markdown
from headgate.reporting.plan_text import plan_text
from headgate.reporting.report import report_json, report_markdown, report_text
from headgate.reporting.savepoint import savepoint_json, savepoint_text
from headgate.reporting.status import StatusLine, status_json, status_markdown, status_text
from headgate.reporting.validation import (
    explanation_json,
    explanation_text,
    explanations_text,
    valid_json,
    valid_text,
)
from headgate.reporting.warnings import warnings_text

__all__ = [
    "COLOURED",
    "PLAIN",
    "Palette",
    "StatusLine",
    "error_json",
    "error_text",
    "event_text",
    "explanation_json",
    "explanation_text",
    "explanations_text",
    "graph_json",
    "graph_mermaid",
    "graph_text",
    "news",
    "pass_error_json",
    "pass_json",
    "pass_text",
    "plan_document",
    "plan_json",
    "plan_markdown",
    "plan_text",
    "report_json",
    "report_markdown",
    "report_text",
    "savepoint_json",
    "savepoint_text",
    "status_json",
    "status_markdown",
    "status_text",
    "valid_json",
    "valid_text",
    "warning_text",
    "warnings_text",
]
