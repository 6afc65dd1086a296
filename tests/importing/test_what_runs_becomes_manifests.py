"""`headgate import`: jobs that others started come under git, and none of them is restarted for it."""

from __future__ import annotations

from headgate.model.spec import Jar
from tests.importing.given import OPTIONS, Place, document, headgate
from tests.importing.platform import SQL


def test_the_next_plan_adopts_and_restarts_nothing(place: Place) -> None:
    """The promise of an import: git says what runs, so there is nothing to change but whose the job is."""
    job_id = place.start("orders", parallelism=3, config={"table.exec.state.ttl": "1 d"})

    imported = headgate("import", "river")

    assert imported.exit_code == 0, imported.stderr
    assert place.verbs() == {"orders": "adopt"}
    assert headgate("apply", "--yes").exit_code == 0
    assert place.river.running("orders") == [job_id]
    assert place.verbs() == {"orders": "keep"}


def test_a_manifest_is_written_as_a_person_would(place: Place) -> None:
    """It is going to be read in reviews for years."""
    place.start("orders", parallelism=3, config={"table.exec.state.ttl": "1 d", "table.exec.mini-batch.size": "5000"})

    headgate("import", "river")

    indented = "".join(f"  {line}\n" for line in SQL.splitlines())
    assert place.read("jobs/orders.yaml") == (
        "name: orders\ntarget: river\nstatement: |\n"
        + indented
        + "parallelism: 3\nconfig:\n  table.exec.mini-batch.size: 5000\n  table.exec.state.ttl: 1 d\n"
        "options:\n  type: standalone\n  clusterName: session-a\n"
    )


def test_a_jar_is_named_where_the_platform_has_it(place: Place) -> None:
    """There is no file in the repository to compare it with."""
    place.start("windows", Jar("s3://jars/windows.jar", "com.example.Windows", ("--every", "5 min", "--at=10")))

    headgate("import", "river")

    assert "jar:\n  uri: s3://jars/windows.jar\n  main_class: com.example.Windows\n" in place.read("jobs/windows.yaml")
    assert place.verbs() == {"windows": "adopt"}


def test_the_jobs_folder_need_not_be_there(place: Place) -> None:
    """An import is how a repository begins."""
    place.start("orders")

    assert not (place.root / "jobs").exists()
    assert headgate("import", "river").exit_code == 0
    assert headgate("validate").exit_code == 0


def test_what_headgate_yaml_gives_every_job_is_not_forced_on_one_that_runs_without(place: Place) -> None:
    """A default would otherwise restart every job that was imported."""
    file = place.read("headgate.yaml")
    place.write(
        "headgate.yaml",
        file.replace(
            "{target: river}", "{target: river, parallelism: 7, config: {execution.checkpointing.interval: 30s}}"
        ),
    )
    place.start("orders", config={"execution.checkpointing.mode": "AT_LEAST_ONCE"})

    headgate("import", "river")

    assert "ignore:\n  - config.execution.checkpointing.interval\n" in place.read("jobs/orders.yaml")
    assert place.verbs() == {"orders": "adopt"}


def test_odd_texts_survive(place: Place) -> None:
    """Trailing blanks, carriage returns, tabs, quotes and letters of any script are what people's SQL is made of."""
    statement = SQL.replace("\n", "  \r\n").replace("'datagen'", "'da\ttagen é漢😀 # not a comment'")
    tricky = {"udfRefer": [{"name": "0b101", "className": "a: b"}, {"name": "no"}], "note": "- yes: 'x' # \"y\"\n1_000"}
    place.start("orders", statement, options=OPTIONS | tricky, config={"a.b": "TRUE", "a.c": "007", "a.d": ""})
    place.start("split", SQL.replace("'blackhole'", "'black  \n  hole '"))

    headgate("import", "river")

    assert place.verbs() == {"orders": "adopt", "split": "adopt"}
    assert "statement: |\n" in place.read("jobs/orders.yaml")


def test_a_job_that_does_not_run_is_taken_in_when_it_is_asked_for(place: Place) -> None:
    """A platform keeps many drafts; git wants what runs, and of the others what somebody names."""
    place.start("orders")
    place.river.stop("orders")

    every, named = headgate("import", "river"), headgate("import", "river", "orders")

    assert every.exit_code == 0
    assert "it does not run: STOPPED" in every.stdout
    assert named.exit_code == 0
    assert "state: suspended\n" in place.read("jobs/orders.yaml")
    assert place.verbs() == {"orders": "adopt"}
    assert headgate("apply", "--yes").exit_code == 0
    assert place.river.running("orders") == []


def test_a_job_of_ours_whose_manifest_is_gone_comes_back(place: Place) -> None:
    """A manifest that was deleted by mistake is written again from the job itself."""
    place.start("orders")
    headgate("import", "river")
    headgate("apply", "--yes")
    before = place.read("jobs/orders.yaml")
    (place.root / "jobs" / "orders.yaml").unlink()
    assert place.verbs() == {"orders": "keep"}  # left git, runs on

    headgate("import", "river")

    assert place.read("jobs/orders.yaml") == before
    assert place.verbs() == {"orders": "keep"}


def test_a_file_of_another_job_is_never_touched(place: Place) -> None:
    """Files are called after jobs, mostly."""
    other = place.write(
        "jobs/orders.yaml", "name: invoices\nstatement: INSERT INTO a SELECT b FROM c\noptions: {type: local}\n"
    )
    text = other.read_text()
    place.start("orders")

    headgate("import", "river")

    assert other.read_text() == text
    assert "name: orders\n" in place.read("jobs/orders-river.yaml")


def test_what_it_did_is_reported_to_programs(place: Place) -> None:
    """One JSON document, with a word for every job."""
    place.start("orders")
    place.start("not a name")

    result = headgate("import", "river", "--format", "json")

    reported = document(result)
    assert result.exit_code == 3
    assert [(job["job"], job["action"], job["file"]) for job in reported["jobs"]] == [
        ("not a name", "skipped", None),
        ("orders", "written", "jobs/orders.yaml"),
    ]
    assert reported["summary"] == {"written": 1, "updated": 0, "unchanged": 0, "left": 0, "skipped": 1}


def test_a_folder_that_is_not_in_the_project_is_reported(place: Place) -> None:
    """Manifests nobody loads would look like an import that worked."""
    place.start("orders")

    result = headgate("import", "river", "--output", "elsewhere")

    assert result.exit_code == 0
    assert (place.root / "elsewhere" / "orders.yaml").exists()
    assert "`jobs:` in headgate.yaml does not name" in result.stdout
