"""Bodies and traces of the shapes that Flink 1.20, 2.2 and 2.3 answered with: the cause, without the Java around it."""

from __future__ import annotations

import json

import pytest

from headgate.model.secret import Secrets
from headgate.model.spec import JobSpec, Source, Sql
from headgate.providers.flink.causes import root_cause
from headgate.providers.flink.refusals import DependencyMissing, PlannerFailed, StatementRejected, refusal

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
            'Encountered "TABL" at line 1, column 8; expected TABLE or VIEW\n\n'
            'Encountered "TABL" at line 1, column 8.\nWas expecting one of:\n"TABLE" ...\n"VIEW" ...',
            id="several-lines",
        ),
        pytest.param(
            "java.lang.ArithmeticException: / by zero\n\tat C.d(E.java:1)\n",
            "ArithmeticException: / by zero",
            id="a-bare-trace",
        ),
        pytest.param(
            "org.apache.calcite.sql.validate.SqlValidatorException: Unknown identifier '*'\n\tat C.d(E.java:1)\n",
            "Unknown identifier '*'",
            id="a-mistake-in-a-statement",
        ),
        pytest.param(
            "java.io.IOException: x\nCaused by: java.nio.file.AccessDeniedException: /savepoints/a\n" + FRAME,
            "AccessDeniedException: /savepoints/a",
            id="a-bare-path",
        ),
        pytest.param("java.lang.NullPointerException\n\tat C.d(E.java:1)\n", "NullPointerException", id="no-message"),
        pytest.param(json.dumps({"errors": ["Not found: /jobs/x"]}), "Not found: /jobs/x", id="a-plain-message"),
        pytest.param("<html>nginx</html>", "<html>nginx</html>", id="not-from-flink"),
        pytest.param("", "no reason was given", id="nothing"),
    ],
)
def test_the_last_cause_is_the_message(body: str, message: str):
    """No stack, every line of the message, and the exception's name where the message is a single word."""
    assert root_cause(body) == message


def test_a_bad_statement_is_shown_at_its_line_in_the_file():
    """The runner names the statement, Flink the line in it, the manifest knows where the statement begins."""
    script = "CREATE TABLE t (a INT) WITH ('connector' = 'blackhole');\n\n  INSERT INTO t\nSELECT a FROM Nope"
    source = Source("jobs/a.yaml", 1, 1, statement_line=10, statement_indent=2)
    spec = JobSpec("a", "local", Sql(script), source=source)

    problem = refusal(json.dumps({"errors": [VALIDATION]}), spec)

    assert problem.where == "jobs/a.yaml:13:17"
    assert problem.problem == "Object 'Nope' not found"


def test_a_secret_in_flinks_message_is_masked():
    """Flink quotes the options of a table it cannot make."""
    spec = JobSpec("a", "local", Sql("x"), secrets=Secrets({"PASSWORD": "hunter2-and-more"}))

    problem = refusal("java.lang.X: bad option 'password'='hunter2-and-more'", spec)

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

    error = refusal(json.dumps({"errors": [REFUSED_OPTION]}), spec)

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

    assert refusal(json.dumps({"errors": [trace]}), spec).where == "jobs/a.yaml:4:1"


def _thrown(kind: str, message: str, *methods: str, statement: int | None = None) -> str:
    """Flink's error body for an exception that these methods passed through, the one that threw it first."""
    named = "" if statement is None else f"headgate: statement {statement} failed\nCaused by: "
    frames = "".join(f"\tat {method}(X.java:1)\n" for method in methods)
    return json.dumps({"errors": [f"<Exception on server side:\n{named}{kind}: {message}\n{frames}"]})


ENVIRONMENT = "org.apache.flink.streaming.api.environment"
TIME_ZONE = _thrown(
    "org.apache.flink.table.api.ValidationException",
    "Invalid time zone. The value should be a Time Zone Database (TZDB) ID such as 'America/Los_Angeles'.",
    "org.apache.flink.table.api.internal.TableConfigValidation.validateTimeZone",
    "org.apache.flink.table.planner.utils.TableConfigUtils.getLocalTimeZone",
    statement=1,
)
WIDEST = _thrown(
    "java.lang.IllegalArgumentException",
    "The maximum parallelism must be greater than 0.",
    "org.apache.flink.util.Preconditions.checkArgument",
    "org.apache.flink.api.common.ExecutionConfig.setMaxParallelism",
    "java.base/java.util.Optional.ifPresent",
)
INTERVAL = _thrown(
    "java.lang.IllegalArgumentException",
    "Checkpoint interval must be larger than or equal to 10 ms",
    f"{ENVIRONMENT}.CheckpointConfig.setCheckpointInterval",
    f"{ENVIRONMENT}.CheckpointConfig.configure",
)
REPEATED = _thrown(
    "java.lang.IllegalArgumentException", "There is no codec 'zzip' here", "a.b.Codecs.open", statement=1
)
OPTIONS = {
    "table.local-time-zone": "Foo/Bar",
    "pipeline.max-parallelism": "0",
    "execution.checkpointing.interval": "1 ms",
    "execution.checkpointing.interval-during-backlog": "10 s",
    "state.backend.local-recovery": "true",
    "execution.state-recovery.codec": "zzip",
}


def _job_with(options: dict[str, str], insert: str = "INSERT INTO t SELECT 1") -> JobSpec:
    places = {key: f"jobs/a.yaml:{line}:3" for line, key in enumerate(options, 20)}
    source = Source("jobs/a.yaml", 1, 1, statement_line=3, settings=places)
    return JobSpec("a", "local", Sql(f"CREATE VIEW v AS SELECT 1;\n{insert}"), config=options, source=source)


@pytest.mark.parametrize(
    ("body", "key"),
    [
        pytest.param(TIME_ZONE, "table.local-time-zone", id="by-the-check-that-failed"),
        pytest.param(WIDEST, "pipeline.max-parallelism", id="by-the-setter-behind-a-precondition"),
        pytest.param(INTERVAL, "execution.checkpointing.interval", id="not-by-a-longer-name"),
        pytest.param(REPEATED, "execution.state-recovery.codec", id="by-the-value-that-is-repeated"),
    ],
)
def test_a_refused_value_is_shown_at_its_key_though_flink_names_no_key(body: str, key: str):
    """Seen on Flink 2.2.1: the message speaks of the value's meaning, and the statement is in order."""
    spec = _job_with(OPTIONS)

    error = refusal(body, spec)

    assert error.where == spec.source.settings[key]
    assert error.hint == ""


@pytest.mark.parametrize(
    ("body", "options", "insert"),
    [
        pytest.param(TIME_ZONE, {"pipeline.max-parallelism": "0"}, "INSERT INTO t SELECT 1", id="it-sets-another"),
        pytest.param(
            INTERVAL,
            {"execution.checkpointing.interval.a": "1 ms", "execution.checkpointing.interval.b": "1 ms"},
            "INSERT INTO t SELECT 1",
            id="two-may-be-meant",
        ),
        pytest.param(REPEATED, OPTIONS, "INSERT INTO t SELECT 'zzip'", id="the-statement-has-the-value-too"),
        pytest.param(
            REPEATED, OPTIONS | {"execution.other-codec": "zzip"}, "INSERT INTO t SELECT 1", id="two-have-the-value"
        ),
        pytest.param(
            _thrown("a.b.TableException", "It is true", "a.b.C.d", statement=1),
            OPTIONS,
            "INSERT INTO t SELECT 1",
            id="a-word-of-everyday-language",
        ),
    ],
)
def test_what_may_be_about_an_option_or_a_statement_is_not_pinned_on_either(
    body: str, options: dict[str, str], insert: str
):
    """The place is the nearest that is known; the hint does not say that the mistake is there."""
    error = refusal(body, _job_with(options, insert))

    assert error.where in {"jobs/a.yaml:1:1", "jobs/a.yaml:4:1"}
    assert error.hint.startswith("Flink names no line and no option: ")
    assert error.hint.endswith("an option that the job sets")


def test_a_message_with_a_line_of_the_statement_is_about_the_statement():
    """A value that it repeats is a word of the SQL there, and a job without options has no other place."""
    at_a_line = _thrown("a.b.ValidationException", "From line 1, column 8 to line 1, column 9: no zzip", statement=1)
    alone = _thrown("a.b.TableException", "No", statement=1)

    positioned, without_options = refusal(at_a_line, _job_with(OPTIONS)), refusal(alone, _job_with({}))

    assert (positioned.where, positioned.hint) == ("jobs/a.yaml:4:8", "")
    assert (without_options.where, without_options.hint) == ("jobs/a.yaml:4:1", "")


SCRIPT = """\
CREATE TABLE a (k STRING) WITH (
  'connector' = 'datagem'
);
CREATE TABLE b (k STRING) WITH ('connector' = 'blackhole');
INSERT INTO b SELECT k FORM a"""
SPEC = JobSpec("a", "local", Sql(SCRIPT), source=Source("jobs/a.yaml", 1, 1, statement_line=10, statement_indent=2))


def failed(*causes: str, statement: int | None = 2) -> str:
    """A body in which the runner names a statement, and the causes, outermost first."""
    marked = [] if statement is None else [f"java.lang.RuntimeException: headgate: statement {statement} failed"]
    trace = "".join(f"Caused by: {cause}\n{FRAME}" for cause in (*marked, *causes))
    return json.dumps({"errors": ["Internal server error.", f"<Exception on server side:\nx.Y: main failed\n{trace}"]})


def factory(interface: str, name: str, *present: str) -> str:
    listed = "\n\nAvailable factory identifiers are:\n\n" + "\n".join(present) if present else ""
    return (
        f"org.apache.flink.table.api.ValidationException: Could not find any factory for identifier '{name}' that "
        f"implements 'org.apache.flink.table.factories.{interface}' in the classpath.{listed}"
    )


def test_what_the_parser_expected_is_one_line_with_the_nearest():
    """Of a hundred and fifty candidates the one that is like what was typed, or like the word before it."""
    expected = "".join(f'    "{word}" ...\n' for word in ("EXCEPT", "FETCH", "FROM", "LIMIT", "UNION"))
    words = f'Encountered "a" at line 1, column 29.\nWas expecting one of:\n    <EOF> \n{expected}'

    problem = refusal(failed(f"org.apache.flink.sql.parser.impl.ParseException: {words}"), SPEC)

    first, empty, rest = problem.problem.partition("\n\n")
    assert isinstance(problem, StatementRejected)
    assert first.startswith('Encountered "a" at line 1, column 29; expected FROM or ')
    assert first.endswith(" (or 3 others)")
    assert empty
    assert '"UNION" ...' in rest


def test_an_option_that_a_connector_does_not_have_is_one_line_with_the_nearest():
    """The connectors of databases and queues have sixty."""
    words = (
        "Unsupported options found for 'datagen'.\n\nUnsupported options:\n\nrows-per-secnd\n\nSupported options:\n\n"
    )
    words += "connector\nnumber-of-rows\nrows-per-second\nscan.parallelism"

    problem = refusal(failed(f"org.apache.flink.table.api.ValidationException: {words}"), SPEC)

    first = problem.problem.partition("\n\n")[0]
    assert first.startswith(
        "Unsupported options found for 'datagen': rows-per-secnd; the nearest it has: rows-per-second"
    )


@pytest.mark.parametrize(
    ("cause", "words", "hint"),
    [
        pytest.param(
            factory("DynamicTableFactory", "kafka", "blackhole", "datagen"),
            "the cluster has no connector 'kafka'; the cluster has: blackhole, datagen",
            "put the jar of this connector into Flink's lib folder",
            id="connector",
        ),
        pytest.param(
            factory("DynamicTableFactory", "datagem", "blackhole", "datagen"),
            "the cluster has no connector 'datagem'; the cluster has: blackhole, datagen",
            "did you mean 'datagen'?",
            id="a-mistyped-connector",
        ),
        pytest.param(
            "x.ValidationException: Could not find any format factory for identifier 'avro' in the classpath.",
            "the cluster has no format 'avro'",
            "put the jar of this format into Flink's lib folder",
            id="format",
        ),
        pytest.param(
            factory("CatalogFactory", "hive", "generic_in_memory"),
            "the cluster has no catalog 'hive'; the cluster has: generic_in_memory",
            "put the jar of this catalog into Flink's lib folder",
            id="catalog",
        ),
        pytest.param(
            "x.UnsupportedSchemeException: Could not find a file system implementation for scheme 's3'.",
            "the cluster has no file system for s3://",
            "plugins folder",
            id="file-system",
        ),
        pytest.param(
            "java.lang.ClassNotFoundException: acme.Nope",
            "the cluster has no class acme.Nope",
            "USING JAR",
            id="class",
        ),
        pytest.param(
            "java.lang.NoClassDefFoundError: org/apache/kafka/clients/Producer",
            "the cluster has no class org.apache.kafka.clients.Producer",
            "put the jar that has this class into Flink's lib folder",
            id="class-of-a-connector",
        ),
    ],
)
def test_what_the_cluster_lacks_is_named_with_the_next_move(cause: str, words: str, hint: str):
    """It is no mistake in the statement, unless the name is mistyped."""
    problem = refusal(failed(cause), SPEC)

    assert isinstance(problem, DependencyMissing)
    assert problem.problem.partition("\n\n")[0] == words
    assert hint in problem.hint


def test_what_is_missing_is_shown_where_the_statements_name_it():
    """Flink fails at the INSERT that reads the table, thirty lines below the connector's name."""
    problem = refusal(failed(factory("DynamicTableFactory", "datagem", "datagen")), SPEC)

    assert problem.where == "jobs/a.yaml:11:19"


@pytest.mark.parametrize(
    ("cause", "statement", "after_main"),
    [
        pytest.param("java.lang.NullPointerException", 2, False, id="reading-the-statement"),
        pytest.param(
            'org.codehaus.commons.CompileException: Line 7, Column 17: Cannot determine simple type name "acme"',
            None,
            True,
            id="compiling-what-was-generated",
        ),
    ],
)
def test_a_fault_of_the_planner_is_no_mistake_of_the_statement(cause: str, statement: int | None, after_main: bool):
    """No reader should look for a mistake that is not there."""
    problem = refusal(failed(cause, statement=statement), SPEC)

    assert isinstance(problem, PlannerFailed)
    assert problem.problem.startswith("Flink's planner failed: ")
    assert problem.after_main is after_main
