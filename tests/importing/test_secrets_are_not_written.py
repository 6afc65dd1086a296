"""A password that stands in what runs becomes a placeholder: it is in no file, on no screen, and nothing is changed."""

from __future__ import annotations

import pytest

from headgate.model.spec import Jar
from tests.importing.given import OPTIONS, Place, document, headgate
from tests.importing.platform import SQL

SECRET = "hunter2-of-the-database"
WITH_SECRET = SQL.replace("'blackhole'", f"'jdbc', 'password' = '{SECRET}' /* not {SECRET}! */")


def test_a_secret_in_a_statement_becomes_a_placeholder(place: Place) -> None:
    """Its name is made of the job and the key, so that it can be guessed and does not collide."""
    place.start("orders-totals", WITH_SECRET)

    result = headgate("import", "river")

    assert result.exit_code == 0
    assert "'password' = '${env:ORDERS_TOTALS_PASSWORD}'" in place.read("jobs/orders-totals.yaml")
    assert SECRET not in "".join(place.files().values()) + result.output
    assert "ORDERS_TOTALS_PASSWORD  orders-totals: 'password' in the statement" in result.stdout


def test_with_the_variable_set_nothing_is_left_to_do(place: Place) -> None:
    """The job is adopted where it runs: a placeholder for the value it has is no change."""
    job_id = place.start("orders", WITH_SECRET)
    headgate("import", "river")

    assert headgate("plan").exit_code == 3  # the variable is not set
    assert place.verbs(ORDERS_PASSWORD=SECRET) == {"orders": "adopt"}
    assert headgate("apply", "--yes", env={"ORDERS_PASSWORD": SECRET}).exit_code == 0
    assert place.verbs(ORDERS_PASSWORD=SECRET) == {"orders": "keep"}
    assert place.river.running("orders") == [job_id]


@pytest.mark.parametrize(
    ("statement", "variable"),
    [
        pytest.param(
            SQL.replace("'datagen'", "'kafka', 'aws.secret.key' = '{}'"), "ORDERS_AWS_SECRET_KEY", id="secret"
        ),
        pytest.param(SQL.replace("'datagen'", "'x', `accessKey` = '{}'"), "ORDERS_ACCESSKEY", id="bare key"),
        pytest.param(SQL.replace("'datagen'", "'x', 's3.access-key' = '{}'"), "ORDERS_S3_ACCESS_KEY", id="access key"),
        pytest.param(SQL.replace("'datagen'", "'x', 'api_token' = '{}'"), "ORDERS_API_TOKEN", id="token"),
        pytest.param(
            SQL.replace("'datagen'", "'x', 'url' = 'jdbc:mysql://db/o?user=a&password={}'"),
            "ORDERS_URL",
            id="inside a url",
        ),
        pytest.param(
            SQL.replace("'datagen'", "'x', 'sasl.jaas.config' = 'Login required password=\"{}\";'"),
            "ORDERS_SASL_JAAS_CONFIG",
            id="jaas",
        ),
        pytest.param(SQL.replace("FROM orders", "FROM orders /*+ OPTIONS('token'='{}') */"), "ORDERS_TOKEN", id="hint"),
        pytest.param(SQL.replace("'datagen'", "'dis', 'ak' = '{}'"), "ORDERS_AK", id="AK of Huawei"),
        pytest.param(SQL.replace("'datagen'", "'sls', accessId = '{}'"), "ORDERS_ACCESSID", id="AccessKey ID"),
        pytest.param("-- WITH (accessKey = '{}')\n" + SQL, "ORDERS_ACCESSKEY", id="commented out"),
        pytest.param("SET 'fs.oss.credentials' = '{}';\n" + SQL, "ORDERS_FS_OSS_CREDENTIALS", id="set"),
    ],
)
def test_secrets_are_reported_by_their_keys(place: Place, statement: str, variable: str) -> None:
    """In tables, in hints, in settings, and inside of other values."""
    place.start("orders", statement.replace("{}", SECRET))

    result = headgate("import", "river", "--format", "json")

    assert SECRET not in "".join(place.files().values()) + result.output
    assert [one["name"] for one in document(result)["variables"]] == [variable]


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"config": {"s3.secret-key": SECRET}}, id="config"),
        pytest.param({"options": OPTIONS | {"fragment": True, "variables": {"PASSWORD": SECRET}}}, id="nested option"),
        pytest.param({"options": OPTIONS | {"note": f"password={SECRET}"}}, id="option"),
    ],
)
def test_secrets_beside_the_program_are_concealed_too(place: Place, fields: dict[str, object]) -> None:
    """A platform's own fields hold them as often as statements do."""
    place.start("orders", **fields)

    result = headgate("import", "river", "--format", "json")

    [variable] = document(result)["variables"]
    assert SECRET not in "".join(place.files().values()) + result.output
    value = SECRET if "note" not in str(fields) else f"password={SECRET}"
    assert place.verbs(**{variable["name"]: value}) == {"orders": "adopt"}


def test_secrets_in_arguments_are_concealed(place: Place) -> None:
    """As a word of its own, behind an equals sign, or in the middle of a line."""
    arguments = ("--db-password", SECRET, f"--token={SECRET}2", f"--a b --api-key {SECRET}3 --c d")
    place.start("windows", Jar("s3://jars/windows.jar", "W", arguments))

    result = headgate("import", "river", "--format", "json")

    assert SECRET not in "".join(place.files().values()) + result.output
    names = {"WINDOWS_DB_PASSWORD": SECRET, "WINDOWS_TOKEN": f"{SECRET}2", "WINDOWS_API_KEY": f"{SECRET}3"}
    assert {one["name"] for one in document(result)["variables"]} == set(names)
    assert place.verbs(**names) == {"windows": "adopt"}


def test_the_password_in_the_address_of_a_jar_is_concealed(place: Place) -> None:
    """The rest of the address still says which jar it is."""
    place.start("windows", Jar(f"https://ada:{SECRET}@repo.example/windows.jar", "W"))

    result = headgate("import", "river", "--format", "json")

    assert SECRET not in "".join(place.files().values()) + result.output
    assert "https://ada:${env:WINDOWS_PASSWORD}@repo.example/windows.jar" in place.read("jobs/windows.yaml")
    assert place.verbs(WINDOWS_PASSWORD=SECRET) == {"windows": "adopt"}


def test_one_secret_has_one_name_and_two_have_two(place: Place) -> None:
    """Two tables with one password are one variable; with two passwords, two."""
    place.start(
        "one",
        SQL.replace("'datagen'", "'x', 'password' = 'aaaaaa'").replace("'blackhole'", "'x', 'password' = 'aaaaaa'"),
    )
    place.start(
        "two",
        SQL.replace("'datagen'", "'x', 'password' = 'bbbbbb'").replace("'blackhole'", "'x', 'password' = 'cccccc'"),
    )

    headgate("import", "river")

    assert place.read("jobs/one.yaml").count("${env:ONE_PASSWORD}") == 2
    assert "${env:TWO_PASSWORD}" in place.read("jobs/two.yaml")
    assert "${env:TWO_PASSWORD_2}" in place.read("jobs/two.yaml")
    values = {"ONE_PASSWORD": "aaaaaa", "TWO_PASSWORD": "bbbbbb", "TWO_PASSWORD_2": "cccccc"}
    assert place.verbs(**values) == {"one": "adopt", "two": "adopt"}


def test_names_of_variables_never_collide(place: Place) -> None:
    """`a-b` and `a.b` are two jobs, and would have one name."""
    place.start("a-b", WITH_SECRET)
    place.start("a.b", WITH_SECRET.replace(SECRET, "something-else"))

    headgate("import", "river")

    assert place.verbs(A_B_PASSWORD=SECRET, A_B_PASSWORD_2="something-else") == {"a-b": "adopt", "a.b": "adopt"}


@pytest.mark.parametrize("value", ["", "true", "${db_password}"])
def test_what_only_sounds_like_a_secret_stays(place: Place, value: str) -> None:
    """An empty value hides nothing, and a name of the platform's own variable is a name."""
    place.start("orders", SQL.replace("'datagen'", f"'x', 'password' = '{value}'"))

    result = headgate("import", "river", "--format", "json")

    assert document(result)["variables"] == []
    assert f"'password' = '{value}'" in place.read("jobs/orders.yaml")


def test_a_text_that_looks_like_a_placeholder_is_not_made_one(place: Place) -> None:
    """Nobody set a variable of that name for this job."""
    place.start("orders", SQL.replace("'datagen'", "'${env:HOME}'"))

    result = headgate("import", "river")

    assert result.exit_code == 3
    assert "which a manifest would read as a placeholder" in result.stdout
    assert not (place.root / "jobs").exists()


def test_a_secret_is_not_in_the_message_about_it(place: Place) -> None:
    """What cannot be written is reported without its words."""
    place.start("orders", WITH_SECRET + "SELECT 1;", config={"table.exec.mini-batch.size": SECRET})

    result = headgate("import", "river", "--format", "json")

    assert result.exit_code == 3
    assert SECRET not in result.output
