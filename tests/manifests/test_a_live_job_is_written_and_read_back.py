"""The laws of writing: what is written is read back as the same job, and what is edited says what it should."""

from __future__ import annotations

import string
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from headgate.errors import ManifestError
from headgate.manifests import Concealing, Drafts, Unwritable, updated, written
from headgate.model.secret_detection import tells_a_secret
from headgate.model.spec import AppliedSpec, Jar, JobSpec, Program, Sql
from headgate.sql import SqlMistake, meaning
from tests.manifests.given import FORMS, PROJECT

_LETTERS = string.ascii_letters + string.digits
# Whatever people and platforms put into a text; what no file can hold is distinguished by `Unwritable`.
_TEXTS = st.one_of(
    st.text(max_size=12),
    st.text(" \t\n\r#:-'\"{}[]|>&*!%@`,?\\$~0123456789abexo_.+é漢😀\x85\u2028\ufeff\x01", max_size=12),
    st.sampled_from(
        ["true", "no", "null", "~", "0b101", "0o17", "1_000", "1e3", "1.10", ".5", "2020-01-01", "<<", "= "]
    ),
)
_STRINGS = _TEXTS.map(lambda text: "'" + text.replace("'", "''") + "'")
_BLANKS = st.sampled_from(
    [" ", "\n", "  \n", "\t\n  ", " -- a comment\n", " /* two\n   lines */ ", "\r\n", "\n\n\n", " # \n"]
)
_NAMES = st.text(_LETTERS, min_size=1, max_size=6).map(lambda text: "n" + text)
_KEYS = st.one_of(_NAMES, st.builds("{}.{}".format, _NAMES, st.text(_LETTERS + " :#-_'\"é漢", min_size=1, max_size=6)))


@st.composite
def statements(draw: st.DrawFn) -> str:
    """An INSERT with arbitrary strings and blanks in it."""
    words = ["INSERT", "INTO", draw(_NAMES), "SELECT", draw(_STRINGS), ",", draw(_NAMES), "FROM", draw(_NAMES)]
    text = draw(st.sampled_from(["", "\n", "  ", "\t"]))
    for word in words:
        text += word + draw(_BLANKS)
    return text + draw(st.sampled_from([";", ";\n", "", "\n\n", ";  "]))


_SQL = statements().map(Sql)
_JARS = st.builds(
    Jar,
    st.builds("s3://{}/{}.jar".format, _NAMES, _NAMES),
    st.one_of(st.just(""), _NAMES),
    st.lists(_TEXTS, max_size=3).map(tuple),
)
_CONFIG = st.dictionaries(_KEYS, st.one_of(_TEXTS, st.integers().map(str)), max_size=4)
_OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "clusterId": st.integers(1),
        "note": _TEXTS.filter(bool),
        "tags": st.lists(_TEXTS, min_size=1, max_size=3),
        "dialect": st.just("hive"),
    },
)


@st.composite
def lives(draw: st.DrawFn) -> AppliedSpec:
    """What a platform may say that a job runs."""
    program: Program = draw(st.one_of(_SQL, _JARS))
    return AppliedSpec(program, draw(st.integers(1, 500)), draw(_CONFIG), draw(_OPTIONS), filled=True)


@pytest.fixture(scope="module")
def drafts() -> Iterator[Drafts]:
    """Drafts of a project with no job."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "headgate.yaml"
        file.write_text(PROJECT)
        yield Drafts(file, forms=FORMS, environment="", environ={})


def said(live: AppliedSpec) -> JobSpec:
    """The job as it is to be written; not one that no manifest can say."""
    try:
        concealed = Concealing("orders").applied(live)
        if isinstance(live.program, Sql):
            meaning(live.program.text)
    except (Unwritable, SqlMistake):
        assume(False)
    return JobSpec(
        "orders", "local", concealed.program, concealed.parallelism, config=concealed.config, options=concealed.options
    )


def values(live: AppliedSpec) -> dict[str, str]:
    """The variables that an import says are to be set."""
    concealing = Concealing("orders")
    concealing.applied(live)
    return {name: one.value for name, one in concealing.found.items()}


def read(drafts: Drafts, text: str, environ: dict[str, str]) -> JobSpec:
    """What the loader makes of it; not what it refuses for a reason of its own (an option that is set twice)."""
    try:
        return drafts.read(drafts.folder / "orders.yaml", text, "orders", environ)
    except ManifestError as problem:
        assume(
            not any(
                reported in str(problem) for reported in ("is the same option", "is set by headgate", "unknown option")
            )
        )
        assume("Flink" not in str(problem) or "not valid YAML" in str(problem))
        raise


def same(live: AppliedSpec, spec: JobSpec) -> bool:
    return live.unfilled(spec).fields() == spec.fields()


_LAW = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)


@_LAW
@given(lives())
def test_what_is_written_is_read_back_equal(drafts: Drafts, live: AppliedSpec) -> None:
    """An import that changed a job by a letter would restart it."""
    spec = said(live)

    loaded = read(drafts, _written(spec), values(live))

    assert same(live, loaded)


@_LAW
@given(lives(), lives())
def test_an_edited_manifest_says_what_runs_now(drafts: Drafts, live: AppliedSpec, edited: AppliedSpec) -> None:
    """Whatever of it was changed; and the comments are where they were."""
    before, environ = said(live), values(live) | values(edited)
    assume(not environ)  # whose names go where is another test's
    text = "# first\n" + _written(before).replace("parallelism:", "# above\nparallelism:") + "# last\n"
    before = read(drafts, text, {})

    after = replace(
        before, **{key: getattr(said(edited), key) for key in ("program", "parallelism", "config", "options")}
    )
    new = _updated(text, before, after)

    assert same(edited, read(drafts, new, {}))
    assert [line for line in new.split("\n") if line in ("# first", "# above", "# last")] == [
        "# first",
        "# above",
        "# last",
    ]


@given(lives())
@_LAW
def test_nothing_is_edited_where_nothing_differs(drafts: Drafts, live: AppliedSpec) -> None:
    """Byte for byte."""
    text = _written(said(live))
    loaded = read(drafts, text, values(live))

    assert _updated(text, loaded, replace(loaded, program=loaded.program)) == text


@given(lives())
@_LAW
def test_no_secret_is_written(live: AppliedSpec) -> None:
    """Whatever is concealed stands nowhere in the file, not even as a part of another text."""
    found = values(live)
    text = _written(said(live))

    assert all(value not in text for value in found.values() if len(value) > 6 and value.isalnum())
    for key, value in live.config.items():
        assert not tells_a_secret(key, value) or value not in said(live).config.values()


def _written(spec: JobSpec) -> str:
    try:
        return written(spec)
    except Unwritable:
        _only_unfit(spec)
        raise


def _updated(text: str, before: JobSpec, after: JobSpec) -> str:
    try:
        return updated(text, before, after)
    except Unwritable:
        _only_unfit(after)
        raise


def _only_unfit(spec: JobSpec) -> None:
    """What may not be written: NUL, and halves of surrogate pairs."""
    everything = repr(spec).encode("utf-8", "backslashreplace").decode()
    assume(not ("\\x00" in everything or "\\ud" in everything.lower()))
