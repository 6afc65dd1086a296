"""`${NAME}`, `${ENV:NAME}` and `$NAME` are used as they stand: reported with the right spelling, at their place."""

from __future__ import annotations

from pathlib import Path

import pytest

from headgate.model.warnings import ProjectWarning, WarningCode
from headgate.project import load

TARGETS = {
    "flink": '{provider: flink, url: "http://127.0.0.1:8081"}',
    "dinky": '{provider: dinky, url: "http://127.0.0.1:8888", username: a, password: b}',
}
SQL = "CREATE TABLE s (a INT) WITH ('connector' = 'datagen'{option});\n  INSERT INTO t SELECT {column} FROM s;"


def warned(
    tmp_path: Path,
    *,
    config: str = "",
    option: str = "",
    column: str = "a",
    target: str = "flink",
    more: str = "",
) -> list[ProjectWarning]:
    """The warnings about placeholders of a project with one job."""
    (tmp_path / "jobs").mkdir()
    file = tmp_path / "headgate.yaml"
    file.write_text(f"project: payments\ntargets:\n  it: {TARGETS.get(target, target)}\n", "utf-8")
    sql = SQL.format(option=option, column=column)
    lines = ["name: orders", "statement: |", f"  {sql}", f"config: {{{config}}}", more]
    (tmp_path / "jobs" / "orders.yaml").write_text("\n".join(lines) + "\n", "utf-8")
    return [one for one in load(file=file, environ={}).warnings if one.code is WarningCode.PLACEHOLDER_LOOKALIKE]


@pytest.mark.parametrize(
    ("written", "right"),
    [
        ("${DB_PASSWORD}", "${env:DB_PASSWORD}"),
        ("${ENV:X}", "${env:X}"),
        ("${Env:X}", "${env:X}"),
        ("${env.X}", "${env:X}"),
        ("${X:-y}", "${env:X}"),
        ("$DB_PASSWORD", "${env:DB_PASSWORD}"),
        ("jdbc:x/${db}?a=b", "${env:db}"),
    ],
)
def test_the_right_spelling_is_named(tmp_path: Path, written: str, right: str) -> None:
    """In the value of an option of Flink as in that of a WITH, at the character where it begins."""
    found = warned(tmp_path, config=f'my.key: "{written}"', option=f", 'password' = '{written}'")

    begins = written.index("$")
    in_sql = 3 + SQL.index("{option}") + len(", 'password' = '") + begins
    in_config = len("config: {my.key: ") + 2 + begins
    assert [one.where for one in found] == [f"jobs/orders.yaml:5:{in_config}", f"jobs/orders.yaml:3:{in_sql}"]
    assert {one.hint for one in found} == {f"write {right} for the value of the variable"}


@pytest.mark.parametrize(
    "parts",
    [
        pytest.param({"column": "'${NAME}', '$NAME'"}, id="another-literal"),
        pytest.param({"column": "a /* ${NAME} */"}, id="a-comment"),
        pytest.param({"config": 'my.key: "costs $NAME"'}, id="a-dollar-in-a-text"),
        pytest.param({"config": 'my.key: "$5, $name, ${a.b}, $$"'}, id="other-dollars"),
        pytest.param({"option": ", 'a' = 'x $NAME'"}, id="a-dollar-in-an-option"),
        pytest.param(
            {"target": "dinky", "option": ", 'a' = '${db}'", "more": "options: {type: local, fragment: true}"},
            id="a-variable-of-dinky",
        ),
    ],
)
def test_what_means_itself_is_left_alone(tmp_path: Path, parts: dict[str, str]) -> None:
    """A warning that is wrong is not read the next time."""
    assert warned(tmp_path, **parts) == []


def test_dinky_has_no_variables_where_the_job_asks_for_none(tmp_path: Path) -> None:
    """Without `fragment` it sends the text as it stands."""
    found = warned(tmp_path, target="dinky", option=", 'a' = '${db}'", more="options: {type: local}")

    assert [one.hint for one in found] == ["write ${env:db} for the value of the variable"]


def test_a_target_is_looked_at_too(tmp_path: Path) -> None:
    """A token that is sent as `${APPLY_TOKEN}` is refused by the platform, which does not say why."""
    found = warned(tmp_path, target='{provider: flink, url: "http://127.0.0.1:8081", token: "${APPLY_TOKEN}"}')

    assert found == [
        ProjectWarning(
            WarningCode.PLACEHOLDER_LOOKALIKE,
            "`${APPLY_TOKEN}` is no placeholder of headgate, so it is used as it stands",
            where="headgate.yaml:3:63",
            hint="write ${env:APPLY_TOKEN} for the value of the variable",
        )
    ]
