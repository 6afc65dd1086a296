"""Two versions of headgate may work on one project: names on jobs, in stores and in plan files stay what they were."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from headgate.model.live import Marker
from headgate.providers.flink import job_parameters
from tests.wire import earlier
from tests.wire.life import PHASES, TARGETS, Life, begun
from tests.wire.record import MANIFEST, MARKER
from tests.wire.recorded import JOBS, recorded

# The same whenever it is written; the rest counts looks, or names a process.
_STABLE = {"project", "job", "revision", "environment", "commit", "avoids"}
_WRITTEN = {
    "intents": "job, target, step, outcome",
    "revisions": "job, number, target, revision, outcome, commit_id, author, manifest, note",
    "failing": "job, revision, why",
    "jobs": "job, target, state",
    "snapshots": "job, target, kind, revision",
}


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Life]:
    """The life that was recorded, with today's headgate."""
    with pytest.MonkeyPatch.context() as patch, begun(tmp_path_factory.mktemp("life") / "repo", patch) as made:
        made.live_through()
        yield made


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("phase", PHASES)
def test_what_a_job_carries_is_read_by_an_earlier_version(life: Life, phase: str, target: str) -> None:
    """Marker, facts and properties under the names that they had, and no other."""
    now, then = (earlier.signs(texts[phase][target]) for texts in (life.texts, JOBS["texts"]))

    assert named(now) == named(then)
    assert stable(now["marker"]) == stable(then["marker"])
    if phase == "started":
        assert now["marker"] == then["marker"]
    for sign in ("sets", "properties", "people"):
        assert now.get(sign) == then.get(sign)


def named(said: dict[str, Any]) -> dict[str, list[str]]:
    return {sign: sorted(value) if isinstance(value, dict) else [] for sign, value in said.items()}


def stable(marker: dict[str, str]) -> dict[str, str]:
    return {key: value for key, value in marker.items() if key in _STABLE}


def test_the_job_parameters_of_flink_are_read_by_an_earlier_version() -> None:
    """The whole marker, the manifest and the compiled plan."""
    written = job_parameters.write(Marker(*MARKER), MANIFEST, '{"nodes":[]}', fixed=frozenset({1, 4}))

    assert earlier.job_parameters(written) == earlier.job_parameters(recorded("flink-job-parameters.txt").strip())


@pytest.mark.parametrize("table", _WRITTEN)
def test_a_store_is_written_as_it_was(life: Life, table: str) -> None:
    """Every entry of a life in its order, in the columns that an earlier version reads."""
    query = f"SELECT {_WRITTEN[table]} FROM headgate_{table} WHERE job <> 'returns' ORDER BY job, rowid"

    assert rows(life.stored(), query) == rows(recorded("store.sql"), query)


def test_the_columns_of_a_store_are_all_there(life: Life) -> None:
    """None has another name; there may be more."""
    now, then = columns(life.stored()), columns(recorded("store.sql"))

    assert {table: now[table] & then[table] for table in then} == then


def test_what_an_intent_says_in_detail_has_the_names_it_had(life: Life) -> None:
    """They are no columns, and read by the next run all the same."""
    query = "SELECT job, step, detail FROM headgate_intents WHERE job <> 'returns' ORDER BY job, id"
    now, then = ([[*row[:-1], sorted(json.loads(row[-1]))] for row in rows(text, query)] for text in stores(life))

    assert now == then


def stores(life: Life) -> tuple[str, str]:
    return life.stored(), recorded("store.sql")


def rows(store: str, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(":memory:")) as database:
        database.executescript(store)
        return list(database.execute(query))


def columns(store: str) -> dict[str, set[str]]:
    tables = [
        name
        for (name,) in rows(
            store, "SELECT name FROM sqlite_master WHERE name LIKE 'headgate!_%' ESCAPE '!' AND type = 'table'"
        )
    ]
    return {table: {row[1] for row in rows(store, f"PRAGMA table_info({table})")} for table in tables}


@pytest.mark.parametrize("which", [0, 1], ids=["of-first-starts", "of-restarts"])
def test_a_plan_file_has_all_that_an_earlier_version_looks_for(life: Life, which: int) -> None:
    """Fields may be added; none is missing, and none says something else."""
    name = ("first-plan.json", "second-plan.json")[which]
    now, then = json.loads(life.files[which]), json.loads(recorded(name))

    assert lacking(then, now) == []


_DIFFERENT_EACH_TIME = {"created_at", "expires_at", "fingerprint", "digest", "id", "since", "written_by"}


def lacking(then: Any, now: Any, at: str = "") -> list[str]:
    """What an earlier plan says and this one does not, by its place."""
    match then, now:
        case dict(), dict():
            shared = [key for key in then if key in now]
            found = [f"{at}.{key} is missing" for key in then if key not in now]
            return found + [one for key in shared for one in lacking(then[key], now[key], f"{at}.{key}")]
        case list(), list() if len(then) == len(now):
            return [one for n, pair in enumerate(zip(then, now, strict=True)) for one in lacking(*pair, f"{at}[{n}]")]
        case _:
            same = then == now or at.rpartition(".")[2] in _DIFFERENT_EACH_TIME
            return [] if same else [f"{at} was {then!r} and is {now!r}"]
