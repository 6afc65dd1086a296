"""What is kept of a job is kept for one run of it: an id that is given again says nothing about the run that has it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from headgate.providers.run_facts import Facts, run_key


def test_another_run_of_the_same_id_is_not_known(tmp_path: Path):
    """A JobManager that was restarted gives the first start of a name the same id again."""
    before = Facts(tmp_path, "flink", "http://flink:8081")
    before.put(run_key("f00", 1000), "ending", {"savepoint": "s3://b/1"})
    before.save()

    after = Facts(tmp_path, "flink", "http://flink:8081")

    assert after.get(run_key("f00", 1000), "ending") == {"savepoint": "s3://b/1"}
    assert after.get(run_key("f00", 2000), "ending") is None


@pytest.mark.parametrize("started_at", [0, -1])
def test_a_run_whose_start_is_not_known_is_asked_about_each_time(started_at: int):
    """Nothing distinguishes it from the next one."""
    facts = Facts(None, "flink", "")

    facts.put(run_key("f00", started_at), "ending", {"savepoint": "s3://b/1"})

    assert facts.get(run_key("f00", started_at), "ending") is None


def test_a_run_that_is_not_listed_any_more_is_forgotten():
    """The cluster has forgotten it, so nothing can be known of it."""
    facts = Facts(None, "flink", "")
    for started_at in (1000, 2000):
        facts.put(run_key("f00", started_at), "ending", {})

    facts.keep_only({run_key("f00", 2000)})

    assert facts.get(run_key("f00", 1000), "ending") is None
    assert facts.get(run_key("f00", 2000), "ending") == {}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(json.dumps({"format": 1, "jobs": {"f00": {"ending": {"savepoint": "s"}}}}), id="by-id-alone"),
        pytest.param(json.dumps({"format": 3, "runs": {"f00 1000": {"ending": {}}}}), id="of-a-later-version"),
        pytest.param(json.dumps({"format": 2}), id="without-runs"),
        pytest.param("[]", id="another-document"),
        pytest.param("cut of", id="damaged"),
    ],
)
def test_a_file_of_another_format_is_an_empty_one(tmp_path: Path, text: str):
    """One that an older headgate left knows jobs by their id alone: none of it is believed."""
    written = Facts(tmp_path, "flink", "http://flink:8081")
    written.put(run_key("f00", 1000), "ending", {})
    written.save()
    [file] = tmp_path.iterdir()
    file.write_text(text, "utf-8")

    facts = Facts(tmp_path, "flink", "http://flink:8081")

    assert facts.get("f00", "ending") is None
    assert facts.get(run_key("f00", 1000), "ending") is None
    facts.put(run_key("f00", 1000), "ending", {"savepoint": "s3://b/2"})
    facts.save()
    again = Facts(tmp_path, "flink", "http://flink:8081")
    assert again.get(run_key("f00", 1000), "ending") == {"savepoint": "s3://b/2"}
