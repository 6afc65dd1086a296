"""Most manifests take a short way through reading; it may give up, and may never read anything differently."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from headgate.manifests.everyday import documents
from headgate.manifests.yaml_reading import read_any

MANIFEST = """# Orders per customer
name: orders
target: local   # the only one
statement: |
  CREATE TABLE a (b INT) WITH ('connector' = 'datagen');

    -- indented
  INSERT INTO c SELECT '#', b FROM a;

config:
  execution.checkpointing.interval: 30s
  execution:
    runtime-mode: "STREAMING"
savepoint: {strategy: latest}
depends_on: [a, 'b', "c"]
jar:
  uri: s3://bucket/a.jar
  args:
  - --port
  - 8080
ignore:
  - parallelism
---
name: b
statement_file: b.sql
"""

PIECES = st.sampled_from(
    [
        *("a", "b-c", "name", "x.y", "k1", "<<", "null", "true", "12", "1e3", "-", "--", "---", "...", "?", "~"),
        *(":", ": ", " : ", "- ", "# c", " # c", "#", ",", ", ", "[", "]", "{", "}", "[]", "{}", "[a, b]", "{a: b}"),
        *("|", "|-", "|+", "|2", ">", ">-", "'", '"', "'q r'", '"s t"', "'a''b'", '"\\n"', "&a ", "*a", "!t ", "%"),
        *(" ", "  ", "    ", "\t", "\n", "\n\n", "\n  ", "\n    ", "\n- ", "\n  - ", "\na: ", "\n  b: ", "\nc:\n"),
        *(
            "\n  d: |\n    ",
            "\ne: |\n  ",
            "a: |\n",
            "s3://b/c",
            "${env:A}",
            "é",
            "\u00a0",
            "\u2028",
            "x" * 1100,
            "@",
            "`",
        ),
    ]
)


def test_an_ordinary_manifest_takes_the_short_way() -> None:
    """Otherwise ten thousand manifests take a quarter of a minute."""
    assert documents(MANIFEST, MANIFEST.split("\n")) is not None


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(MANIFEST, id="manifest"),
        pytest.param("a: |\n\n  x\n   y\n\n\n  z\n\n\nb: 1\n", id="literal-with-blank-lines"),
        pytest.param("a: |-\n  x\n\n", id="literal-without-its-last-newline"),
        pytest.param("a: |\n  x\n     \n", id="literal-that-ends-in-spaces"),
        pytest.param("a: |\n  x\n# c\nb: 1\n", id="comment-after-a-literal"),
        pytest.param("a:\n- 1\n- 'x'\n---\nb: 2\n", id="list-then-document"),
        pytest.param("a: b  c #d\n", id="spaces-in-plain-text"),
        pytest.param("---\n---\n\na: 1\n---\n", id="empty-documents"),
        pytest.param("# nothing\n", id="comment-alone"),
        pytest.param("a: {b: c, d: 'e: f'}\n", id="flow-mapping"),
    ],
)
def test_both_ways_read_the_same(text: str) -> None:
    """Words, places and styles: a mistake must be shown in the same place whichever way was taken."""
    short = documents(text, text.split("\n"))

    assert short == read_any(text).documents


@settings(max_examples=600, deadline=None)
@given(st.lists(PIECES, max_size=24).map("".join))
@example("a: b\n\n  c\n")
@example("a: |\n \n  b\n")
@example("a: - b\n")
@example("a:\n  - b\n - c\n")
@example("a: b:\n")
@example("a: b: c\n")
@example("a: |\n  b\n c\n")
def test_whatever_is_not_declined_is_read_the_same(text: str) -> None:
    """YAML has many corners; the short way must know which it does not know."""
    text += "\n"

    short = documents(text, text.split("\n"))

    if short is not None:
        whole = read_any(text)
        assert not whole.findings
        assert short == whole.documents


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_manifest_with_a_slip_is_read_the_same(data: st.DataObject) -> None:
    """Slips happen to manifests that are nearly right: a character added, lost or changed."""
    at = data.draw(st.integers(0, len(MANIFEST) - 1))
    kept = data.draw(st.integers(0, 3))
    text = MANIFEST[:at] + data.draw(PIECES) + MANIFEST[at + kept :]

    short = documents(text, text.split("\n"))

    if short is not None:
        whole = read_any(text)
        assert not whole.findings
        assert short == whole.documents
