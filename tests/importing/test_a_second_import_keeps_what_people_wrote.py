"""A manifest that is there already is edited as a careful person would: the field that differs, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from headgate.model.spec import Jar, Sql
from tests.importing.given import OPTIONS, Place, document, headgate
from tests.importing.platform import SQL

MANIFEST = """\
# The totals of the day. Ask the payments team.
target:   "river"   # where it has always been
name: 'orders'

statement: |   # reviewed by two
  CREATE TABLE orders (customer INT, amount INT) WITH ('connector' = 'datagen');

  -- one row a customer
  CREATE TABLE totals (customer INT, total BIGINT) WITH ('connector' = 'blackhole');
  INSERT INTO totals SELECT customer, COUNT(*) FROM orders GROUP BY customer;

# as many as there are partitions
parallelism: 2   # not more

config:
    # a day is enough
    table.exec.state.ttl: 1 d   # see the wiki
    # batches
    table.exec.mini-batch.enabled: true
    table:
        exec:
            mini-batch.size:   5000   # found by trying
depends_on: []
options: {type: standalone,   clusterName: "session-a"}  # the small one
# the end
"""


@pytest.fixture
def river(place: Place) -> Place:
    """The manifest, and the job as it says."""
    place.write("jobs/orders.yaml", MANIFEST)
    config = {
        "table.exec.state.ttl": "1 d",
        "table.exec.mini-batch.enabled": "true",
        "table.exec.mini-batch.size": "5000",
    }
    place.start("orders", parallelism=2, config=config)
    return place


def test_what_is_equal_stays_byte_for_byte(river: Place) -> None:
    """Not even a blank is moved in a manifest that says what runs."""
    result = headgate("import", "river", "--format", "json")

    assert river.read("jobs/orders.yaml") == MANIFEST
    assert document(result)["summary"]["unchanged"] == 1


@pytest.mark.parametrize(
    ("changes", "old", "new"),
    [
        pytest.param({"parallelism": 8}, "parallelism: 2   # not more", "parallelism: 8   # not more", id="scalar"),
        pytest.param(
            {"program": Sql(SQL.replace("COUNT(*)", "SUM(amount)"))},
            """\
  CREATE TABLE orders (customer INT, amount INT) WITH ('connector' = 'datagen');

  -- one row a customer
  CREATE TABLE totals (customer INT, total BIGINT) WITH ('connector' = 'blackhole');
  INSERT INTO totals SELECT customer, COUNT(*) FROM orders GROUP BY customer;
""",
            "".join(f"  {line}\n" for line in SQL.replace("COUNT(*)", "SUM(amount)").splitlines()),
            id="statement",
        ),
        pytest.param(
            {"options": {"type": "standalone", "clusterName": "session-b", "batchModel": True}},
            'options: {type: standalone,   clusterName: "session-a"}  # the small one',
            'options: {type: standalone, clusterName: "session-b", batchModel: true} # the small one',
            id="options",
        ),
    ],
)
def test_only_the_field_that_differs_is_written(river: Place, changes: dict[str, object], old: str, new: str) -> None:
    """Everything around it is somebody's work."""
    river.river.edit("orders", **changes)

    result = headgate("import", "river")

    assert result.exit_code == 0
    written = river.read("jobs/orders.yaml")
    assert " ".join(written.split()) == " ".join(MANIFEST.replace(old, new).split())
    untouched = [line for line in MANIFEST.split("\n") if line not in old.split("\n")]
    assert [line for line in written.split("\n") if line in untouched] == untouched
    assert river.verbs() == {"orders": "adopt"}


@pytest.mark.parametrize(
    ("config", "old", "new"),
    [
        pytest.param(
            {"table.exec.state.ttl": "2 d"},
            "table.exec.state.ttl: 1 d   # see the wiki",
            "table.exec.state.ttl: 2 d   # see the wiki",
            id="changed",
        ),
        pytest.param(
            {"table.exec.mini-batch.size": "9"},
            "mini-batch.size:   5000   # found by trying",
            "mini-batch.size: 9        # found by trying",
            id="nested",
        ),
        pytest.param(
            {"table.exec.mini-batch.size": None},
            "    table:\n        exec:\n            mini-batch.size:   5000   # found by trying\n",
            "",
            id="the last of a mapping is gone",
        ),
        pytest.param(
            {"table.exec.state.ttl": None},
            "    table.exec.state.ttl: 1 d   # see the wiki\n",
            "",
            id="gone",
        ),
        pytest.param(
            {"table.local-time-zone": "UTC"},
            "depends_on",
            "    table.local-time-zone: UTC\ndepends_on",
            id="new",
        ),
    ],
)
def test_an_option_is_changed_where_it_stands(river: Place, config: dict[str, str | None], old: str, new: str) -> None:
    """Under the name and at the place people gave it, its comment beside it."""
    [each] = river.river.jobs.values()
    mixed = {**each.spec.config, **config}
    each.spec = replace(each.spec, config={key: value for key, value in mixed.items() if value is not None})

    headgate("import", "river")

    assert river.read("jobs/orders.yaml") == MANIFEST.replace(old, new)
    assert river.verbs() == {"orders": "adopt"}


def test_a_field_that_was_not_there_gets_its_place(place: Place) -> None:
    """In the order in which manifests are written, not at the end."""
    text = MANIFEST.replace("# as many as there are partitions\nparallelism: 2   # not more\n\n", "")
    place.write("jobs/orders.yaml", text[: text.index("config:")] + text[text.index("depends_on") :])
    place.start("orders", parallelism=4, config={"table.exec.state.ttl": "1 d"})

    headgate("import", "river")

    written = place.read("jobs/orders.yaml")
    assert "parallelism: 4\nconfig:\n  table.exec.state.ttl: 1 d\n" in written
    assert written.index("statement") < written.index("parallelism") < written.index("depends_on")
    assert place.verbs() == {"orders": "adopt"}


def test_one_document_of_many_is_changed(place: Place) -> None:
    """A file may hold the jobs of a team; the others are none of this job's business."""
    others = (
        "---\n# first\nname: first\nstatement: INSERT INTO a SELECT b FROM c\noptions: {type: local}\n--- # second\n"
    )
    place.write(
        "jobs/all.yaml",
        others + MANIFEST + "---\nname: last\nstatement: |\n  INSERT INTO a SELECT b FROM c\noptions: {type: local}\n",
    )
    place.start("orders", parallelism=9)

    result = headgate("import", "river", "orders")
    assert result.exit_code == 0, result.output

    written = place.read("jobs/all.yaml")
    assert written.startswith(others)
    assert written.endswith(
        "# the end\n---\nname: last\nstatement: |\n  INSERT INTO a SELECT b FROM c\noptions: {type: local}\n"
    )
    assert "parallelism: 9   # not more" in written


def test_line_ends_stay_as_they_are(river: Place) -> None:
    """A caller that works on Windows keeps a file of one kind."""
    file = river.root / "jobs" / "orders.yaml"
    file.write_bytes(MANIFEST.replace("\n", "\r\n").encode())
    river.river.edit("orders", parallelism=8)

    headgate("import", "river")

    assert file.read_bytes() == MANIFEST.replace("parallelism: 2", "parallelism: 8").replace("\n", "\r\n").encode()


def test_a_statement_in_a_file_of_its_own_is_changed_there(place: Place) -> None:
    """The manifest goes on naming the file."""
    manifest = "name: orders\nstatement_file: ../sql/orders.sql\noptions: {type: standalone, clusterName: session-a}\n"
    place.write("sql/orders.sql", SQL)
    place.write("jobs/orders.yaml", manifest)
    edited = SQL.replace("COUNT(*)", "SUM(amount)")
    place.start("orders", edited)

    headgate("import", "river")

    assert place.read("sql/orders.sql") == edited
    assert place.read("jobs/orders.yaml") == manifest
    assert place.verbs() == {"orders": "adopt"}


def test_a_file_that_two_jobs_run_is_left_alone(place: Place) -> None:
    """Changing it for one would change the other."""
    manifest = "name: {}\nstatement_file: ../sql/orders.sql\noptions: {{type: standalone, clusterName: session-a}}\n"
    place.write("sql/orders.sql", SQL)
    place.write("jobs/orders.yaml", manifest.format("orders"))
    place.write("jobs/twin.yaml", manifest.format("twin"))
    place.start("orders", SQL.replace("COUNT(*)", "SUM(amount)"))
    place.start("twin")

    headgate("import", "river")

    assert place.read("sql/orders.sql") == SQL
    assert "statement: |\n" in place.read("jobs/orders.yaml")
    assert place.verbs() == {"orders": "adopt", "twin": "adopt"}


def test_arguments_keep_their_comments(place: Place) -> None:
    """Each stands for a decision."""
    manifest = """\
name: windows
jar:
  uri: s3://jars/windows.jar   # built nightly
  main_class: W
  args:
  - --every   # hours
  - "5"
options: {type: standalone, clusterName: session-a}
"""
    place.write("jobs/windows.yaml", manifest)
    place.start("windows", Jar("s3://jars/windows.jar", "W", ("--every", "6", "--fast")))

    headgate("import", "river")

    assert place.read("jobs/windows.yaml") == manifest.replace('- "5"\n', '- "6"\n  - "--fast"\n')
    assert place.verbs() == {"windows": "adopt"}


def test_placeholders_keep_the_names_people_gave_them(place: Place) -> None:
    """A value that was rotated on the platform is another value of the same variable."""
    statement = SQL.replace("'blackhole'", "'jdbc', 'password' = 'OLD-secret'")
    place.start("orders", statement)
    headgate("import", "river")
    renamed = place.read("jobs/orders.yaml").replace("ORDERS_PASSWORD", "TOTALS_DB")
    place.write("jobs/orders.yaml", renamed)
    place.river.edit("orders", program=Sql(statement.replace("OLD", "NEW")), parallelism=3)

    result = headgate("import", "river", "orders", "--format", "json", env={"TOTALS_DB": "OLD-secret"})

    assert place.read("jobs/orders.yaml") == renamed.replace("parallelism: 1", "parallelism: 3")
    assert [(one["name"], one["set"]) for one in document(result)["variables"]][-1] == ("TOTALS_DB", False)
    assert place.verbs(TOTALS_DB="NEW-secret") == {"orders": "adopt"}


def test_an_edit_in_git_is_not_undone(river: Place) -> None:
    """git moved on since the last apply: what runs is older, not newer. A caller that names the job means it."""
    headgate("import", "river")
    headgate("apply", "--yes")
    edited = MANIFEST.replace("parallelism: 2", "parallelism: 5")
    river.write("jobs/orders.yaml", edited)

    every = headgate("import", "river")
    after_all = river.read("jobs/orders.yaml")
    headgate("import", "river", "orders")

    assert "git has moved on" in every.stdout
    assert after_all == edited
    assert river.read("jobs/orders.yaml") == MANIFEST


def test_an_edit_on_the_platform_is_taken_into_git(river: Place) -> None:
    """git has not moved since the last apply, so what differs was done outside."""
    headgate("apply", "--yes")
    river.river.edit("orders", parallelism=5)

    headgate("import", "river")

    assert river.read("jobs/orders.yaml") == MANIFEST.replace("parallelism: 2", "parallelism: 5")
    assert river.verbs() == {"orders": "keep"}


def test_what_somebody_else_owns_is_not_written(place: Place) -> None:
    """`ignore` holds for an import as it does for plan and apply."""
    manifest = f"name: orders\nignore: [parallelism]\nparallelism: 2\noptions: {OPTIONS!r}\nstatement: |\n".replace(
        "'", ""
    )
    manifest += "".join(f"  {line}\n" for line in SQL.splitlines())
    place.write("jobs/orders.yaml", manifest)
    place.start("orders", parallelism=7)

    result = headgate("import", "river", "--format", "json")

    assert document(result)["summary"]["unchanged"] == 1
    assert place.read("jobs/orders.yaml") == manifest


def test_a_manifest_on_one_line_is_left_to_its_author(place: Place) -> None:
    """Where fields cannot be distinguished by lines, a guess could destroy one."""
    manifest = '{name: orders, statement: "INSERT INTO a SELECT b FROM c", options: {type: local}}\n'
    place.write("jobs/orders.yaml", manifest)
    place.start("orders", parallelism=7)

    result = headgate("import", "river")

    assert result.exit_code == 3
    assert "several fields of its manifest stand on one line" in result.stdout
    assert place.read("jobs/orders.yaml") == manifest
