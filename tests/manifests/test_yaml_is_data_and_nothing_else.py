"""No file makes headgate run, grow, hang or fall over: it is read, or it is a mistake."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from headgate.errors import ManifestError
from headgate.manifests.yaml_reading import read
from headgate.manifests.yaml_scalars import plain
from tests.manifests.given import JOB, PROJECT, SQL, Repo, at


def bomb(levels: int) -> str:
    """Each level holds ten of the one before it."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    for level in range(1, levels):
        lines.append(f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]")
    return "\n".join(lines) + "\n"


def chain(links: int) -> str:
    """Each link nests the one before it ten levels deeper."""
    return "".join(f"a{n}: &a{n} {'[' * 10}{f'*a{n - 1}' if n else 'x'}{']' * 10}\n" for n in range(links))


@pytest.mark.parametrize(
    ("manifest", "where", "problem"),
    [
        pytest.param(bomb(9), "5:55", "more than 100000 values once aliases are followed", id="billion-laughs"),
        pytest.param(
            "a: &a '" + "x" * 1_000_000 + "'\nb: [" + ", ".join(["*a"] * 200) + "]\n",
            "2:413",
            "more than 100000 values once aliases are followed",
            id="long-text-behind-many-aliases",
        ),
        pytest.param("a: &a [*a]\n", "1:8", "`*a` contains itself", id="alias-of-itself"),
        pytest.param("a: *b\n", "1:4", "no anchor `&b` before this alias", id="alias-of-nothing"),
        pytest.param("[" * 10_000, "1:51", "nested more than 50 levels deep", id="deep-lists"),
        pytest.param("{a: " * 10_000, "1:201", "nested more than 50 levels deep", id="deep-mappings"),
        pytest.param("- " * 10_000, "1:101", "nested more than 50 levels deep", id="deep-block-lists"),
        pytest.param(chain(200), "5:19", "nested more than 50 levels deep", id="deep-by-aliases"),
        pytest.param("? [a]\n: b\n", "1:3", "expected text as a key, found a list or mapping", id="list-as-a-key"),
        pytest.param("a: b\x07\n", "1:5", "not valid YAML: control character U+0007", id="control-character"),
        pytest.param('a: "\\0"\n', "1:4", "an escape for a character that no file can hold", id="nul"),
        pytest.param('a: "\\ud800"\n', "1:4", "an escape for a character that no file can hold", id="half-a-pair"),
        pytest.param(
            "a: &a 1\nb:\n  <<: *a\n",
            "3:3",
            "expected a mapping, or a list of them, to merge with `<<`",
            id="merge-of-text",
        ),
    ],
)
def test_a_hostile_file_is_a_mistake(repo: Repo, manifest: str, where: str, problem: str) -> None:
    """A pull request from a stranger is validated in CI."""
    found = repo.job_mistakes(manifest)

    assert (f"jobs/orders.yaml:{where}", problem) in [(mistake.where, mistake.problem) for mistake in found]


def test_aliases_and_merge_keys_share_what_jobs_have_in_common(repo: Repo) -> None:
    """Their own keys win, and places are those where things are written."""
    manifest = f"""\
name: a
config: &common
  execution.checkpointing.interval: 30s
  table.exec.state.ttl: 1 h
statement: {SQL}
options: {{note: &note hello, tags: [*note]}}
---
name: b
config:
  <<: [{{pipeline.object-reuse: true}}, {{pipeline.object-reuse: false, x: 1}}]
  x: 2
statement: {SQL}
"""

    jobs = repo.job(manifest).jobs

    assert jobs["a"].options == {"note": "hello", "tags": ["hello"]}
    assert jobs["b"].config == {"pipeline.object-reuse": "true", "x": "2"}


def test_a_duplicate_inside_a_merge_is_still_a_duplicate(repo: Repo) -> None:
    """Merging forgives no slip."""
    assert repo.job_mistakes(JOB + "config: {a: 1, a: 2}\n") == [
        at("6:16", "duplicate key `a`", "it was first written on line 6, column 10")
    ]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("yes", "yes"),
        ("off", "off"),
        ("True", True),
        ("~", None),
        ("", None),
        ("017", 17),
        ("0o17", 15),
        ("0x1F", 31),
        ("1_000", 1000),
        ("-5", -5),
        ("1e3", 1000.0),
        ("1.", 1.0),
        (".5", 0.5),
        ("1:30", "1:30"),
        ("2026-01-31", "2026-01-31"),
        (".inf", ".inf"),
        ("1e999", "1e999"),
        ("9" * 65, "9" * 65),
        ("0o", "0o"),
        ("_", "_"),
        ("'12'", "12"),
        ("=", "="),
    ],
)
def test_words_mean_what_yaml_1_2_says(written: str, value: object) -> None:
    """A country code is not a boolean, and a version is not a date."""
    assert plain(read(f"- {written}\n").documents[0]) == [value]


FRAGMENTS = st.sampled_from(
    [
        *(b"name: ", b"a", b"\nstatement: ", SQL.encode(), b"\nconfig:\n  ", b": ", b"\n", b"  ", b"- ", b"---\n"),
        *(b"|\n  ", b">\n ", b"'", b'"', b"&a ", b"*a", b"!!x ", b"<<: ", b"{", b"}", b"[", b"]", b"#", b"%YAML 1.1\n"),
        *(b"${env:A}", b"\t", b"\x00", b"\xff", b"\xef\xbb\xbf", b"\xc2\x85", b"\\ud800", b"0o", b"1e9", b"? "),
        *(b"depends_on: [a]", b"options: ", b"jar: {uri: ", b"statement_file: ", b"..", b"/", b"target: ", b"null"),
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.binary(max_size=60), st.lists(FRAGMENTS, max_size=20).map(b"".join)), st.booleans())
@example(b"%YAML x\n---\na", True)
@example(b"&k a: *k", False)
@example(b"? - a", False)
@example(b"'\\ud800", False)
@example("\ud7ff\ue000".encode(), False)
@example(b"jobs: ['**a']", True)
@example(b"jobs: ['[']", True)
def test_any_bytes_are_a_project_or_a_mistake(content: bytes, as_project: bool) -> None:
    """Never a traceback: what a person sees is a place in a file."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "parent").mkdir()
        repo = Repo(root / "parent")
        project = content if as_project else PROJECT.encode()
        repo.write({"headgate.yaml": project, "jobs/a.yaml": JOB if as_project else content})

        try:
            repo.load()
        except ManifestError as error:
            assert all(mistake.where and mistake.problem for mistake in error.mistakes)
