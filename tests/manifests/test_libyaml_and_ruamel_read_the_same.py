"""libyaml reads nearly every manifest and ruamel the rest; both give the same tree, with the same places."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from headgate.manifests import libyaml
from headgate.manifests.yaml_reading import read, read_with_ruamel

ROOT = Path(__file__).parents[2]
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
# Read by libyaml.
ORDINARY = {
    "manifest": MANIFEST,
    "anchors": "a: &x [1, &y b]\nc: *x\nd: {e: *y}\n&k f: *k\n",
    "merge-keys": "a: &x {b: 1, c: 2}\nd:\n  <<: *x\n  b: 3\ne: {<<: [*x, {c: 4}], '<<': text}\n",
    "every-chomping": "".join(f"k{n}: {style}{chomp}\n  x\n   y\n\n\n" for n, (style, chomp) in enumerate(
        (style, chomp) for style in "|>" for chomp in ("", "-", "+")
    )),
    "stated-indentation": "a: |2\n    x\n  y\nb: >1-\n  z\n",
    "empty-block": "a: |\nb: >-\nc: |+\n\n\nd: 1\n",
    "comments": "# a\na: b # c\n\n# d\ne: # f\n  - g # h\n  # i\n  - j#k\n",
    "comment-after-a-block": "a: |\n  x\n# c\nb: 1\n",
    "block-that-ends-in-blanks": "a: |\n  x\n     \nb: >\n  y\n \n",
    "documents": "---\n---\n\na: 1\n---\n- b\n--- {c: d}\n",
    "flow": "a: {b: c, \"d\":e, 'f': [g, h: i, {}], j, k: }\nl: [http://x, a:b, ?c,\n  d ]\nm: {n: o,\n  }\n",
    "quotes": "a: 'it''s'\nb: \"\\u00e9\\x41\\t\\\"\\/\\\n  c\"\nd: 'e\n\n  f'\n'g h': i\n",
    "plain-text-over-lines": "a: b\n  c\n\n  d\ne: f  g\n",
    "not-ascii": "名称: 订单\nb: é 🚀 'x'\n- c: d\n".replace("- c: d\n", "c: [ü, d]\n"),
    "no-values": "a:\nb:\n- \n- c\n-\nd: ~\n",
    "words": "- on\n- yes\n- 0777\n- 12:30\n- 2026-01-31\n- 1_000\n- .inf\n- =\n",
    "tabs-in-sql": "a: |\n  SELECT\t1,\n  \t2\nb: 'x\ty'\nc: \"\tz\"\n",
    "long-text": f"a: '{'x' * 3000}'\nb: {'y' * 1100}\n",
    "no-newline-at-the-end": "a: |\n  x",
    "lists-at-the-key": "a:\n- b\n- - c\n  - d\n- e: f\n  g: h\n",
}  # fmt: skip
# Left to ruamel, because it is a mistake or libyaml would read it differently.
DECLINED = {
    "nel": "a: b\u0085c: d\n",
    "line-separator": "a: 'b\u2028c'\n",
    "paragraph-separator": "a: b\u2029\n",
    "byte-order-mark-inside": "a: b\n\ufeffc: d\n",
    "tab-outside-quotes": "a:\tb\n",
    "tab-before-a-comment": "a: b\t# c\n",
    "tab-after-a-block-sign": "a: |\t\n  b\n",
    "tab-after-an-anchor": "a: &b\t'c'\n",
    "odd-name-of-an-anchor": "a: &b?c d\n",
    "tab-that-indents": "a:\n\tb: c\n",
    "comment-at-a-block-sign": "a: |#\n  b\n",
    "blanks-before-a-block": "a: |\n \n  \n   b\n",
    "block-of-a-whole-document": "|\n---\n",
    "two-document-ends": "a: b\n...\n...\n",
    "directive": "%YAML 1.1\n---\na: b\n",
    "empty-explicit-key": "{? }\n",
    "explicit-key": "? a\n: b\n",
    "duplicate-key": "a: 1\na: 2\nb: {c: 1, c: 2}\n",
    "tags": "a: !!str b\nc: !x {}\n",
    "alias-of-nothing": "a: *b\n",
    "alias-of-itself": "a: &a [*a]\n",
    "two-colons": "a: b: c\n",
    "control-character": "a: b\x07\n",
    "open-list": "a: [b\n",
    "nul": 'a: "\\0"\n',
    "half-a-pair": 'a: "\\ud800"\n',
    "list-as-a-key": "[a]: b\n",
    "text-alone": "a\n",
}
PIECES = st.sampled_from(
    [
        *("a", "b-c", "name", "x.y", "k1", "<<", "null", "true", "12", "1e3", "-", "--", "---", "...", "?", "~", "="),
        *(":", ": ", " : ", "- ", "# c", " # c", "#", ",", ", ", "[", "]", "{", "}", "[]", "{}", "[a, b]", "{a: b}"),
        *("|", "|-", "|+", "|2", ">", ">-", "'", '"', "'q r'", '"s t"', "'a''b'", '"\\n"', "&a ", "*a", "!t ", "%"),
        *(" ", "  ", "    ", "\t", "\n", "\n\n", "\n  ", "\n    ", "\n- ", "\n  - ", "\na: ", "\n  b: ", "\nc:\n"),
        *("\n  d: |\n    ", "\ne: |\n  ", "a: |\n", "s3://b/c", "${env:A}", "é", "🚀", "\u00a0", "x" * 1100, "@", "`"),
        *("\n? ", "\n: ", "\n---\n", "\n...\n", "\n--- |\n ", "&b\n", "*b ", "|1+\n ", ">+\n  ", "\\", "a:b", "[a:b]"),
        *("{a:b}", '{"a":b}', "[?x]", "[:x]", "[a, ]", "{a: b, }", "a#b", "\n # c\n", "'\n  '", '"\\\n "', "\ufeff"),
        *("\u0085", "\u2028", "\ue000", "%YAML 1.2\n---\n", '"\\/"', '"\\u00e9"', '"\\q"', "-\n", "\n  \tx", "|\t"),
    ]
)
WORDS = st.one_of(
    st.text(st.characters(codec="utf-8"), max_size=12),
    st.sampled_from(
        ["on", "0777", "12:30", "a: b", "- c", "#d", "e #f", "", " g", "h\n", "i\nj", "\tk", "~", "[", "*x"]
    ),
)
VALUES = st.recursive(
    WORDS | st.integers() | st.booleans() | st.none(),
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(WORDS, inside, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize("text", [pytest.param(text, id=name) for name, text in ORDINARY.items()])
def test_what_is_ordinary_is_read_by_libyaml_and_the_same(text: str) -> None:
    """Words, places and styles: a mistake is shown in the same place whichever parser read the file."""
    assert libyaml.tree_of(text) == read_with_ruamel(text)


@pytest.mark.parametrize("text", [pytest.param(text, id=name) for name, text in DECLINED.items()])
def test_what_is_odd_or_wrong_is_left_to_ruamel(text: str) -> None:
    """libyaml would read it differently, or word the mistake differently."""
    assert libyaml.tree_of(text) is None
    assert read(text) == read_with_ruamel(text)


@pytest.mark.parametrize("text", [pytest.param(text, id=name) for name, text in (ORDINARY | DECLINED).items()])
def test_without_libyaml_the_same_is_read(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """PyYAML is also installed without its parser in C; then everything is slower, and nothing else."""
    fast = read(text)
    monkeypatch.setattr(libyaml, "CParser", None)

    assert read(text) == fast


def test_every_manifest_of_this_repository_is_read_by_libyaml() -> None:
    """They are what users copy, and ten thousand of them take a quarter of a minute with ruamel."""
    files = [*ROOT.glob("jobs/**/*.yaml"), *ROOT.glob("examples/**/*.yaml"), *ROOT.glob("src/headgate/cli/**/*.yaml")]

    assert [file for file in files if libyaml.tree_of(file.read_text("utf-8")) is None] == []
    assert len(files) > 5


def test_lines_may_end_as_windows_ends_them() -> None:
    """One tree, whatever git does to line ends."""
    assert read(MANIFEST.replace("\n", "\r\n")) == read(MANIFEST.replace("\n", "\r")) == read(MANIFEST)


@settings(max_examples=800, deadline=None)
@given(st.lists(PIECES, max_size=24).map("".join), st.booleans())
@example("a: b\n\n  c", True)
@example("a: |\n \n  b", True)
@example("a:\n  - b\n - c", True)
@example("a: |\n  b\n c", True)
def test_any_text_is_read_the_same(text: str, ended: bool) -> None:
    """YAML has many corners; what libyaml is trusted with must not be one that it turns differently."""
    text += "\n" if ended else ""
    tree = libyaml.tree_of(text)

    assert tree is None or tree == read_with_ruamel(text)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_manifest_with_a_slip_is_read_the_same(data: st.DataObject) -> None:
    """Slips happen to manifests that are nearly right: a character added, lost or changed."""
    at = data.draw(st.integers(0, len(MANIFEST) - 1))
    kept = data.draw(st.integers(0, 3))
    text = MANIFEST[:at] + data.draw(PIECES) + MANIFEST[at + kept :]
    tree = libyaml.tree_of(text)

    assert tree is None or tree == read_with_ruamel(text)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.dictionaries(WORDS, VALUES, max_size=5), min_size=1, max_size=2),
    st.sampled_from([None, "'", '"', "|", ">"]),
    st.sampled_from([None, True, False]),
    st.booleans(),
    st.integers(1, 4),
)
def test_any_document_is_read_the_same(
    documents: list[object], style: str | None, flow: bool | None, unicode: bool, indent: int
) -> None:
    """Documents as programs write them: every style, nested, with words that need quotes."""
    text = yaml.safe_dump_all(
        documents, default_style=style, default_flow_style=flow, allow_unicode=unicode, indent=indent, sort_keys=False
    )
    tree = libyaml.tree_of(text)

    assert tree is None or tree == read_with_ruamel(text)
