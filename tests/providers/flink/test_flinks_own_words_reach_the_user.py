"""Bodies and traces of the shapes that Flink 1.20, 2.2 and 2.3 answered with: the cause, without the Java around it."""

from __future__ import annotations

import json

import pytest

from headgate.model.secret import Secrets
from headgate.model.spec import JobSpec, Source, Sql
from headgate.providers.flink.causes import root_cause
from headgate.providers.flink.refusals import DependencyMissing, PlannerFailed, StatementRejected, refusal

MAIN = "org.apache.flink.client.program.PackagedProgram.callMainMethod"
ENVIRONMENT = "org.apache.flink.streaming.api.environment"


def thrown(*causes: str, at: tuple[str, ...] = (MAIN,), statement: int | None = None) -> str:
    """A body with these causes, the last one thrown in the first of these methods; the runner names a statement."""
    marked = [] if statement is None else [f"java.lang.RuntimeException: headgate: statement {statement} failed"]
    frames = "".join(f"\tat {method}(X.java:1)\n" for method in at)
    trace = "".join(f"Caused by: {cause}\n{frames}\t... 12 more\n" for cause in (*marked, *causes))
    server = f"<Exception on server side:\nx.Y: main failed\n{trace}\nEnd of exception on server side>"
    return json.dumps({"errors": ["Internal server error.", server]})


VALIDATION = thrown(
    "org.apache.calcite.runtime.CalciteContextException: From line 2, column 15 to line 2, column 18: "
    "Object 'Nope' not found",
    "org.apache.calcite.sql.validate.SqlValidatorException: Object 'Nope' not found",
    statement=1,
)
PARSER = thrown(
    'org.apache.flink.sql.parser.impl.ParseException: Encountered "TABL" at line 1, column 8.\n'
    'Was expecting one of:\n    "TABLE" ...\n    "VIEW" ...'
)
ACCESS = "java.io.IOException: x\nCaused by: java.nio.file.AccessDeniedException: /savepoints/a\n\tat C.d(E.java:1)\n"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        pytest.param(VALIDATION, "Object 'Nope' not found", id="validation"),
        pytest.param(
            PARSER,
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
        pytest.param(ACCESS, "AccessDeniedException: /savepoints/a", id="a-bare-path"),
        pytest.param("java.lang.NullPointerException\n\tat C.d(E.java:1)\n", "NullPointerException", id="no-message"),
        pytest.param(json.dumps({"errors": ["Not found: /jobs/x"]}), "Not found: /jobs/x", id="a-plain-message"),
        pytest.param("<html>nginx</html>", "<html>nginx</html>", id="not-from-flink"),
        pytest.param("", "no reason was given", id="nothing"),
    ],
)
def test_the_last_cause_is_the_message(body: str, message: str):
    """No stack, every line of the message, and the exception's name where the message is a single word."""
    assert root_cause(body) == message


def test_a_secret_in_flinks_message_is_masked():
    """Flink quotes the options of a table it cannot make."""
    spec = JobSpec("a", "local", Sql("x"), secrets=Secrets({"PASSWORD": "hunter2-and-more"}))

    problem = refusal("java.lang.X: bad option 'password'='hunter2-and-more'", spec)

    assert "hunter2" not in str(problem)


# -- where it is -------------------------------------------------------------------------------------------------------

OPTIONS = {
    "table.local-time-zone": "Foo/Bar",
    "pipeline.max-parallelism": "0",
    "execution.checkpointing.interval": "1 ms",
    "execution.checkpointing.interval-during-backlog": "10 s",
    "state.backend.local-recovery": "true",
    "execution.state-recovery.codec": "zzip",
    "execution.checkpointing.externalized-checkpoint-retention": "retain",
    "table.exec.sink.not-null-enforcer": "ERROR",
}


def job(options: dict[str, str] | None = None, insert: str = "INSERT INTO t SELECT 1") -> JobSpec:
    """Its second statement is at line 4, its options from line 20 on."""
    places = {key: f"jobs/a.yaml:{line}:3" for line, key in enumerate(options or {}, 20)}
    source = Source("jobs/a.yaml", 1, 1, statement_line=3, settings=places)
    return JobSpec("a", "local", Sql(f"CREATE VIEW v AS SELECT 1;\n{insert}"), config=options or {}, source=source)


def written(script: str) -> JobSpec:
    """A job whose statements begin at line 10."""
    return JobSpec("a", "local", Sql(script), source=Source("jobs/a.yaml", 1, 1, statement_line=10, statement_indent=2))


SPEC = written("""\
CREATE TABLE a (k STRING) WITH (
  'connector' = 'datagem'
);
CREATE TABLE b (k STRING) WITH ('connector' = 'blackhole');
INSERT INTO b SELECT k FORM a""")
RETENTION = thrown(
    "java.lang.IllegalArgumentException: Could not parse value 'retain' for key "
    "'execution.checkpointing.externalized-checkpoint-retention'.",
    "java.lang.IllegalArgumentException: Could not parse value for enum class "
    "org.apache.flink.configuration.ExternalizedCheckpointRetention. Expected one of: [[DELETE, RETAIN]]",
)
TIME_ZONE = thrown(
    "org.apache.flink.table.api.ValidationException: "
    "Invalid time zone. The value should be a Time Zone Database (TZDB) ID such as 'America/Los_Angeles'.",
    at=(
        "org.apache.flink.table.api.internal.TableConfigValidation.validateTimeZone",
        "org.apache.flink.table.planner.utils.TableConfigUtils.getLocalTimeZone",
    ),
    statement=1,
)
WIDEST = thrown(
    "java.lang.IllegalArgumentException: The maximum parallelism must be greater than 0.",
    at=(
        "org.apache.flink.util.Preconditions.checkArgument",
        "org.apache.flink.api.common.ExecutionConfig.setMaxParallelism",
        "java.base/java.util.Optional.ifPresent",
    ),
)
INTERVAL = thrown(
    "java.lang.IllegalArgumentException: Checkpoint interval must be larger than or equal to 10 ms",
    at=(f"{ENVIRONMENT}.CheckpointConfig.setCheckpointInterval", f"{ENVIRONMENT}.CheckpointConfig.configure"),
)
REPEATED = thrown(
    "java.lang.IllegalArgumentException: There is no codec 'zzip' here", at=("a.b.Codecs.open",), statement=1
)
RECOMMENDED = thrown("a.b.TableException: Column is null, set table.exec.sink.not-null-enforcer to DROP", statement=1)
AT_A_LINE = thrown("a.b.ValidationException: From line 1, column 8 to line 1, column 9: no zzip", statement=1)


def factory(interface: str, name: str, *present: str) -> str:
    listed = "\n\nAvailable factory identifiers are:\n\n" + "\n".join(present) if present else ""
    return (
        f"org.apache.flink.table.api.ValidationException: Could not find any factory for identifier '{name}' that "
        f"implements 'org.apache.flink.table.factories.{interface}' in the classpath.{listed}"
    )


@pytest.mark.parametrize(
    ("body", "spec", "where"),
    [
        pytest.param(
            VALIDATION,
            written("CREATE TABLE t (a INT) WITH ('connector' = 'blackhole');\n\n  INSERT INTO t\nSELECT a FROM Nope"),
            "jobs/a.yaml:13:17",
            id="the-runner-names-the-statement-and-flink-the-line-in-it",
        ),
        pytest.param(
            thrown(factory("DynamicTableFactory", "datagem", "datagen"), statement=2),
            SPEC,
            "jobs/a.yaml:11:19",
            id="a-connector-that-is-missing-where-the-table-names-it-and-not-where-it-is-read",
        ),
        pytest.param(AT_A_LINE, job(OPTIONS), "jobs/a.yaml:4:8", id="a-line-of-the-statement-that-repeats-a-value"),
        pytest.param(RECOMMENDED, job(OPTIONS), "jobs/a.yaml:4:1", id="not-an-option-that-is-recommended"),
        pytest.param(
            thrown("a.b.TableException: No", statement=1), job(), "jobs/a.yaml:4:1", id="a-job-without-options"
        ),
        pytest.param(TIME_ZONE, job(OPTIONS), "jobs/a.yaml:20:3", id="the-option-of-the-check-that-failed"),
        pytest.param(WIDEST, job(OPTIONS), "jobs/a.yaml:21:3", id="the-option-of-the-setter-behind-a-precondition"),
        pytest.param(INTERVAL, job(OPTIONS), "jobs/a.yaml:22:3", id="not-an-option-of-a-longer-name"),
        pytest.param(REPEATED, job(OPTIONS), "jobs/a.yaml:25:3", id="the-option-whose-value-is-repeated"),
        pytest.param(RETENTION, job(OPTIONS), "jobs/a.yaml:26:3", id="the-option-that-is-named-though-not-last"),
        pytest.param(
            RETENTION,
            job({"execution.checkpointing.checkpoint-retention": "x", "state.backend.type": "rocksdb"}),
            "jobs/a.yaml:1:1",
            id="not-another-option-where-the-named-one-is-not-set",
        ),
    ],
)
def test_a_mistake_is_shown_at_its_place_in_the_manifest(body: str, spec: JobSpec, where: str):
    """Seen on Flink 2.2.1: often the message speaks of a value's meaning and names no key, or the statement is fine."""
    assert refusal(body, spec).where == where


@pytest.mark.parametrize(
    ("body", "spec"),
    [
        pytest.param(TIME_ZONE, job({"pipeline.max-parallelism": "0"}), id="it-sets-another"),
        pytest.param(
            INTERVAL,
            job({"execution.checkpointing.interval.a": "1 ms", "execution.checkpointing.interval.b": "1 ms"}),
            id="two-may-be-meant",
        ),
        pytest.param(REPEATED, job(OPTIONS, "INSERT INTO t SELECT 'zzip'"), id="the-statement-has-the-value-too"),
        pytest.param(REPEATED, job(OPTIONS | {"execution.other-codec": "zzip"}), id="two-have-the-value"),
        pytest.param(
            thrown("a.b.TableException: It is true", at=("a.b.C.d",), statement=1),
            job(OPTIONS),
            id="a-word-of-everyday-language",
        ),
    ],
)
def test_what_may_be_about_an_option_or_a_statement_is_not_pinned_on_either(body: str, spec: JobSpec):
    """The place is the nearest that is known; the hint says so, and only then."""
    error = refusal(body, spec)

    assert error.where in {"jobs/a.yaml:1:1", "jobs/a.yaml:4:1"}
    assert error.hint.startswith("Flink names no line and no option: ")
    assert error.hint.endswith("an option that the job sets")
    assert refusal(TIME_ZONE, job(OPTIONS)).hint == refusal(AT_A_LINE, job(OPTIONS)).hint == ""


# -- what it is --------------------------------------------------------------------------------------------------------


def test_what_the_parser_expected_is_one_line_with_the_nearest():
    """Of a hundred and fifty candidates the one that is like what was typed, or like the word before it."""
    expected = "".join(f'    "{word}" ...\n' for word in ("EXCEPT", "FETCH", "FROM", "LIMIT", "UNION"))
    words = f'Encountered "a" at line 1, column 29.\nWas expecting one of:\n    <EOF> \n{expected}'

    problem = refusal(thrown(f"org.apache.flink.sql.parser.impl.ParseException: {words}", statement=2), SPEC)

    first, empty, rest = problem.problem.partition("\n\n")
    assert isinstance(problem, StatementRejected)
    assert first.startswith('Encountered "a" at line 1, column 29; expected FROM or ')
    assert first.endswith(" (or 3 others)")
    assert empty
    assert '"UNION" ...' in rest


CONNECTOR = factory("DynamicTableFactory", "kafka", "blackhole", "datagen")
UNSUPPORTED = (
    "x.ValidationException: Unsupported options found for 'datagen'.\n\nUnsupported options:\n\nrows-per-secnd\n\n"
    "Supported options:\n\nconnector\nnumber-of-rows\nrows-per-second\nscan.parallelism"
)


@pytest.mark.parametrize(
    ("cause", "kind", "words", "hint"),
    [
        pytest.param(
            CONNECTOR,
            DependencyMissing,
            "the cluster has no connector 'kafka'; the cluster has: blackhole, datagen",
            "put the jar of this connector into Flink's lib folder",
            id="connector",
        ),
        pytest.param(
            factory("DynamicTableFactory", "datagem", "blackhole", "datagen"),
            DependencyMissing,
            "the cluster has no connector 'datagem'; the cluster has: blackhole, datagen",
            "did you mean 'datagen'?",
            id="a-mistyped-connector",
        ),
        pytest.param(
            "x.ValidationException: Could not find any format factory for identifier 'avro' in the classpath.",
            DependencyMissing,
            "the cluster has no format 'avro'",
            "put the jar of this format into Flink's lib folder",
            id="format",
        ),
        pytest.param(
            factory("CatalogFactory", "hive", "generic_in_memory"),
            DependencyMissing,
            "the cluster has no catalog 'hive'; the cluster has: generic_in_memory",
            "put the jar of this catalog into Flink's lib folder",
            id="catalog",
        ),
        pytest.param(
            "x.UnsupportedSchemeException: Could not find a file system implementation for scheme 's3'.",
            DependencyMissing,
            "the cluster has no file system for s3://",
            "plugins folder",
            id="file-system",
        ),
        pytest.param(
            "java.lang.ClassNotFoundException: acme.Nope",
            DependencyMissing,
            "the cluster has no class acme.Nope",
            "USING JAR",
            id="class",
        ),
        pytest.param(
            "java.lang.NoClassDefFoundError: org/apache/kafka/clients/Producer",
            DependencyMissing,
            "the cluster has no class org.apache.kafka.clients.Producer",
            "put the jar that has this class into Flink's lib folder",
            id="class-of-a-connector",
        ),
        pytest.param(
            UNSUPPORTED,
            StatementRejected,
            "Unsupported options found for 'datagen': rows-per-secnd; the nearest it has: rows-per-second",
            "",
            id="an-option-that-a-connector-does-not-have-with-the-nearest-of-sixty",
        ),
    ],
)
def test_what_the_cluster_lacks_is_named_with_the_next_move(
    cause: str, kind: type[StatementRejected], words: str, hint: str
):
    """It is no mistake in the statement, unless the name is mistyped."""
    problem = refusal(thrown(cause, statement=2), SPEC)

    assert type(problem) is kind
    assert problem.problem.partition("\n\n")[0].startswith(words)
    assert hint in problem.hint


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
    problem = refusal(thrown(cause, statement=statement), SPEC)

    assert isinstance(problem, PlannerFailed)
    assert problem.problem.startswith("Flink's planner failed: ")
    assert problem.after_main is after_main
