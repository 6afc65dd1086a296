"""`options:` belong to a platform; a mistake in them is reported as any other, all of them in one run."""

from __future__ import annotations

from pathlib import Path

from headgate.project.loading import load

TARGETS = """\
project: payments
targets:
  dli: {provider: huawei-dli, region: eu-west-101, project_id: "0123"}
  foas: {provider: alibaba-foas, region: cn-shanghai, project: demo}
"""


def reported(root: Path, target: str, options: str) -> list[tuple[str, str, str]]:
    """Place, problem and hint of every mistake in a manifest with these options, which stand at line 4."""
    (root / "jobs").mkdir()
    (root / "headgate.yaml").write_text(TARGETS, "utf-8")
    text = f"name: orders\ntarget: {target}\nstatement: INSERT INTO a SELECT b FROM c;\noptions: {options}\n"
    (root / "jobs" / "orders.yaml").write_text(text, "utf-8")
    return [(one.where.removeprefix("jobs/orders.yaml:"), one.problem, one.hint) for one in load(root).mistakes]


def test_a_word_that_stands_elsewhere_hides_no_other_mistake(tmp_path: Path) -> None:
    """One error a run would be four runs for four mistakes."""
    found = reported(
        tmp_path, "dli", "{queue_name: 5, cu_number: many, checkpoint_mode: 1, runtime_config: x, tags: [a]}"
    )

    assert found == [
        ("4:23", "expected text, found the number 5", 'quote it: "5"'),
        ("4:37", "expected a whole number, found text 'many'", ""),
        ("4:60", "`checkpoint_mode` is written as `config`: {execution.checkpointing.mode: ...}", ""),
        ("4:79", "`runtime_config` is written as `config`", ""),
        ("4:88", "expected a mapping, found a list", ""),
    ]


def test_the_nearest_key_is_named_inside_a_mapping_of_forms(tmp_path: Path) -> None:
    """Names that people choose stand between the keys of a form and those of the forms under it."""
    found = reported(tmp_path, "foas", "{planJson: {nodes: {scan: {paralelism: 2}}}}")

    assert found == [("4:37", "unknown key `paralelism`", "did you mean `parallelism`?")]


def test_all_keys_are_named_where_none_is_near(tmp_path: Path) -> None:
    """ "Valid keys: none" would be wrong."""
    [(_, _, hint)] = reported(tmp_path, "foas", "{planJson: {nodes: {scan: {zzz: 2}}}}")

    assert hint.startswith("valid keys: chainingStrategy, core, ")
