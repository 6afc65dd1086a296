"""How long the everyday things take. Run it by hand: `python tests/benchmark.py [JOBS]`; no test depends on its times.

It prints one line a measurement: the median of several warm runs, in milliseconds.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from headgate import Headgate, load
from headgate.applying import Patience
from headgate.manifests.yaml_reading import read, read_with_ruamel
from headgate.testing.memory import MemoryPlatform

JOB = """\
name: job-{number:05}
parallelism: 4
config: {{execution.checkpointing.interval: 30s}}
statement: |
  CREATE TABLE orders (id BIGINT, price DECIMAL(10, 2)) WITH ('connector' = 'datagen');
  CREATE TABLE totals (id BIGINT, total DECIMAL(38, 2)) WITH ('connector' = 'blackhole');
  INSERT INTO totals SELECT id, SUM(price) FROM orders WHERE id > {number} GROUP BY id;
"""


def measured(what: str, action: Callable[[], object], *, runs: int) -> None:
    times = []
    for _ in range(runs + 1):
        started = time.perf_counter()
        action()
        times.append((time.perf_counter() - started) * 1000)
    # The first run warms caches of the operating system and is left out.
    print(f"{what:<58} {statistics.median(times[1:]):>9.0f} ms")  # noqa: T201 - a script that prints


def main(jobs: int) -> None:
    command = [sys.executable, "-m", "headgate", "--version"]
    measured("headgate --version", lambda: subprocess.run(command, check=True, capture_output=True), runs=20)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "jobs").mkdir()
        (root / "headgate.yaml").write_text("project: bench\ntargets: {memory: {provider: flink, url: 'http://x'}}\n")
        for number in range(jobs):
            (root / "jobs" / f"{number:05}.yaml").write_text(JOB.format(number=number))
        texts = [file.read_text("utf-8") for file in sorted((root / "jobs").iterdir())]
        measured(f"read the YAML of {jobs} manifests, libyaml", lambda: list(map(read, texts)), runs=3)
        measured(f"read the YAML of {jobs} manifests, ruamel", lambda: list(map(read_with_ruamel, texts)), runs=1)
        measured(f"read and check {jobs} manifests", lambda: load(root), runs=3)

        headgate = Headgate(load(root))
        headgate._providers["memory"] = MemoryPlatform("memory", project="bench")
        headgate.apply(headgate.plan(), patience=Patience(stable=0, first_look=0))
        measured(f"plan {jobs} jobs, nothing changed, platform in memory", headgate.plan, runs=3)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
