"""Records what a version of headgate leaves behind. The version to record is that of the checkout it runs in:

git worktree add ../earlier COMMIT && cp -r tests/wire ../earlier/tests/
cd ../earlier && PYTHONPATH=src:. python -m tests.wire.record FOLDER
"""

from __future__ import annotations

import importlib.util
import json
import re
import sqlite3
import sys
import tempfile
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from types import ModuleType

import pytest

from headgate.model.live import Marker
from tests.wire.life import SCOPE, begun

# In the order of a marker's fields, all of them set.
MARKER = ("payments", "orders", "5f3c0a9b8d7e6f10", "c0ffee", "a" * 32, "s3://b/sp-1", "b" * 32, "e" * 16, "prod")
MANIFEST = {
    "name": "orders",
    "statement": "INSERT INTO t SELECT a FROM s",
    "parallelism": 2,
    "config": {"pipeline.name": "orders"},
    "options": {},
    "env": {"SINK_PASSWORD": "sha256:0123456789abcdef"},
    "compiled": "",
}
# What no command leaves when all goes well: a run that was cut off, one that is at work, a savepoint to be deleted.
CUT_OFF = f"""\
INSERT INTO headgate_intents VALUES(900, '{SCOPE}', 'returns', 'dinky', 'run-9', 'submit', 'job-9', 'key-9',
  '{{"restore":"s3://b/sp-9"}}', '2026-01-02 03:04:05.000000', '', '', NULL);
INSERT INTO headgate_locks VALUES('{SCOPE}', 'returns', 7, 'lock-7', 'ada@laptop (process 7) #7',
  '2026-01-02 03:04:05.000000', '2126-01-02 03:04:05.000000', 60.0);
INSERT INTO headgate_disposals VALUES('{SCOPE}', 's3://b/sp-8', 'returns', 'dinky', '2026-01-02 03:04:05.000000',
  2, 'the disk is full', NULL);
"""


def main(folder: Path) -> None:
    with (
        tempfile.TemporaryDirectory() as root,
        pytest.MonkeyPatch.context() as patch,
        begun(Path(root) / "repo", patch) as life,
    ):
        patch.setattr(_module("reporting", "reviewed", "plan_file"), "HOLDS_FOR", timedelta(days=36_500))
        life.live_through()
        carried = {"texts": life.texts, "plans": life.plans}
        (folder / "jobs.json").write_text(json.dumps(carried, indent=1, ensure_ascii=False) + "\n", "utf-8")
        for name, text in zip(("first-plan.json", "second-plan.json"), life.files, strict=True):
            (folder / name).write_text(text, "utf-8")
        with closing(sqlite3.connect(life.store)) as database:
            database.executescript(CUT_OFF)
        holders = re.compile(r"'[^' ]+@[^' ]+ \(process \d+\) #[^']*'")
        (folder / "store.sql").write_text(holders.sub("'ada@laptop (process 6) #6'", life.stored()), "utf-8")
    parameters = _module("providers.flink", "parameters", "job_parameters")
    written = parameters.write(Marker(*MARKER), MANIFEST, '{"nodes":[]}', fixed=frozenset({1, 4}))
    (folder / "flink-job-parameters.txt").write_text(written + "\n", "utf-8")


def _module(package: str, *names: str) -> ModuleType:
    """A module under one of the names that it has had."""
    full = [f"headgate.{package}.{name}" for name in names]
    return importlib.import_module(next(name for name in full if importlib.util.find_spec(name)))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
