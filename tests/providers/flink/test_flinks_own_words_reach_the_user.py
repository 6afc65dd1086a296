"""Bodies and traces of the shapes that Flink 1.20 and 2.2 answered with: the cause, without the Java around it."""

from __future__ import annotations

import json

import pytest

from headgate.model.secret import Environment
from headgate.model.spec import JobSpec, Source, Sql
from headgate.providers.flink.rejection import root_cause, statement_rejected

FRAME = "\tat org.apache.flink.client.program.PackagedProgram.callMainMethod(PackagedProgram.java:360)\n"
VALIDATION = (
    "<Exception on server side:\n"
    "org.apache.flink.client.program.ProgramInvocationException: The main method caused an error: "
    "headgate: statement 1 failed\n" + FRAME + "Caused by: java.lang.RuntimeException: headgate: statement 1 failed\n"
    "\tat dev.headgate.SqlRunner.failed(SqlRunner.java:175)\n\t... 12 more\n"
    "Caused by: org.apache.calcite.runtime.CalciteContextException: From line 2, column 15 to line 2, column 18: "
    "Object 'Nope' not found\n\tat java.base/jdk.internal.reflect.X.newInstance(Unknown Source)\n"
    "Caused by: org.apache.calcite.sql.validate.SqlValidatorException: Object 'Nope' not found\n"
    "\tat java.base/jdk.internal.reflect.X.newInstance(Unknown Source)\n\t... 26 more\n\n"
    "End of exception on server side>"
)
PARSER = (
    "org.apache.flink.runtime.rest.handler.RestHandlerException: Could not execute application.\n"
    + FRAME
    + 'Caused by: org.apache.flink.sql.parser.impl.ParseException: Encountered "TABL" at line 1, column 8.\n'
    'Was expecting one of:\n    "TABLE" ...\n    "VIEW" ...\n\tat org.apache.X.y(Z.java:1)\n'
)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        pytest.param(
            json.dumps({"errors": ["Internal server error.", VALIDATION]}), "Object 'Nope' not found", id="validation"
        ),
        pytest.param(
            json.dumps({"errors": [PARSER]}),
            'Encountered "TABL" at line 1, column 8.\nWas expecting one of:\n"TABLE" ...\n"VIEW" ...',
            id="several-lines",
        ),
        pytest.param("java.lang.ArithmeticException: / by zero\n\tat C.d(E.java:1)\n", "/ by zero", id="a-bare-trace"),
        pytest.param(json.dumps({"errors": ["Not found: /jobs/x"]}), "Not found: /jobs/x", id="a-plain-message"),
        pytest.param("<html>nginx</html>", "<html>nginx</html>", id="not-from-flink"),
        pytest.param("", "no reason was given", id="nothing"),
    ],
)
def test_the_last_cause_is_the_message(body: str, message: str):
    """No class name, no stack, every line of the message."""
    assert root_cause(body) == message


def test_a_bad_statement_is_shown_at_its_line_in_the_file():
    """The runner names the statement, Flink the line in it, the manifest knows where the statement begins."""
    script = "CREATE TABLE t (a INT) WITH ('connector' = 'blackhole');\n\n  INSERT INTO t\nSELECT a FROM Nope"
    source = Source("jobs/a.yaml", 1, 1, statement_line=10, statement_indent=2)
    spec = JobSpec("a", "local", Sql(script), source=source)

    problem = statement_rejected(json.dumps({"errors": [VALIDATION]}), spec)

    assert problem.where == "jobs/a.yaml:13:17"
    assert problem.problem == "Object 'Nope' not found"


def test_a_secret_in_flinks_message_is_masked():
    """Flink quotes the options of a table it cannot make."""
    spec = JobSpec("a", "local", Sql("x"), environment=Environment({"PASSWORD": "hunter2-and-more"}))

    problem = statement_rejected("java.lang.X: bad option 'password'='hunter2-and-more'", spec)

    assert "hunter2" not in str(problem)


REFUSED_OPTION = (
    "<Exception on server side:\n"
    "org.apache.flink.util.FlinkRuntimeException: Could not execute application.\n" + FRAME + "Caused by: "
    "java.lang.IllegalArgumentException: Could not parse value 'retain' for key "
    "'execution.checkpointing.externalized-checkpoint-retention'.\n\tat org.apache.flink.X.y(Z.java:1)\n"
    "Caused by: java.lang.IllegalArgumentException: Could not parse value for enum class "
    "org.apache.flink.configuration.ExternalizedCheckpointRetention. Expected one of: [[DELETE, RETAIN]]\n"
    "\tat org.apache.flink.X.y(Z.java:1)\n\nEnd of exception on server side>"
)


@pytest.mark.parametrize(
    "key",
    ["execution.checkpointing.externalized-checkpoint-retention", "execution.checkpointing.checkpoint-retention"],
    ids=["its-key", "another-key"],
)
def test_a_refused_option_is_shown_at_the_line_of_its_key(key: str):
    """The cause that names the key is not the last one; an option the job does not set is not its mistake."""
    places = {key: "jobs/a.yaml:9:3", "state.backend.type": "jobs/a.yaml:8:3"}
    spec = JobSpec("a", "local", Sql("INSERT INTO t SELECT 1"), source=Source("jobs/a.yaml", 1, 1, settings=places))

    error = statement_rejected(json.dumps({"errors": [REFUSED_OPTION]}), spec)

    assert error.problem.startswith("Could not parse value for enum class")
    assert error.where == ("jobs/a.yaml:9:3" if "externalized" in key else "jobs/a.yaml:1:1")


def test_an_option_that_a_statements_error_recommends_is_not_the_place():
    """Flink names options as remedies; the statement is what is wrong."""
    key = "table.exec.sink.not-null-enforcer"
    spec = JobSpec(
        "a",
        "local",
        Sql("CREATE VIEW v AS SELECT 1;\nINSERT INTO t SELECT 1"),
        source=Source("jobs/a.yaml", 1, 1, statement_line=3, settings={key: "jobs/a.yaml:9:3"}),
    )
    trace = f"headgate: statement 1 failed\nCaused by: a.b.TableException: Column is null, set {key} to DROP\n"

    assert statement_rejected(json.dumps({"errors": [trace]}), spec).where == "jobs/a.yaml:4:1"
