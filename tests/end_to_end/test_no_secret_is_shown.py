"""A platform tells what it was given, secrets too: whatever is asked of headgate, they are shown and kept nowhere."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from headgate.testing.huawei import ACCESS_KEY, SECRET_KEY
from headgate.testing.server import Response
from tests.cli.given import headgate
from tests.end_to_end.houses import ENVIRON, SIMULATORS, House, built, simulators

OLD = "the-old-secret-of-the-sink"
ODD = 'pä"ss\\wörd & more'
FORMATS = ("text", "json", "markdown")


@pytest.fixture(params=sorted(SIMULATORS))
def house(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """One job on one platform, called after it; it was given a secret and runs."""
    with simulators(request.param) as platforms:
        made = built(tmp_path / "repo", platforms, monkeypatch)
        monkeypatch.chdir(made.root)
        monkeypatch.setenv("PW", OLD)
        with_secret(made)
        assert made.outcomes() == {request.param: "applied"}
        yield made


def target_of(house: House) -> str:
    return next(iter(house.platforms))


def with_secret(house: House, **changes: Any) -> None:
    house.job(target_of(house), **changes)
    file = house.root / f"jobs/{changes.get('name', target_of(house))}.yaml"
    text = file.read_text("utf-8")
    file.write_text(text.replace("'blackhole'", "'blackhole', 'password' = '${env:PW}'"), "utf-8")


def without_secret(house: House, **changes: Any) -> None:
    house.job(target_of(house), **changes)


def kept(house: House) -> str:
    """All files that a run leaves."""
    files = [file for file in house.root.rglob("*") if file.is_file() and file.suffix != ".yaml"]
    assert any(file.name == "store.db" for file in files)
    return "".join(file.read_bytes().decode("utf-8", "replace") for file in files)


@pytest.mark.parametrize("set_still", [True, False], ids=["rotated", "unset"])
@pytest.mark.parametrize("style", FORMATS)
def test_a_plan_hides_a_secret_whose_placeholder_left_git(
    house: House, monkeypatch: pytest.MonkeyPatch, style: str, set_still: bool
) -> None:
    """Nothing in git says any more that this value is one; its key does, and that the option goes is seen."""
    without_secret(house)
    if set_still:
        monkeypatch.setenv("PW", "another-secret")
    else:
        monkeypatch.delenv("PW")

    planned = headgate("plan", "--format", style, "-o", "plan.out")

    assert planned.exit_code in (0, 3), planned.output  # where the state is lost by it, that blocks
    assert "'password' = '***'" in planned.stdout
    assert OLD not in planned.output + kept(house)


@pytest.mark.full
@pytest.mark.parametrize("style", FORMATS)
def test_a_plan_hides_a_rotated_secret_beside_another_edit(
    house: House, monkeypatch: pytest.MonkeyPatch, style: str
) -> None:
    """The text as a whole is not the one that git had, so the old value is not found by its place."""
    with_secret(house, select="MAX(amount)")
    monkeypatch.setenv("PW", "another-secret")

    planned = headgate("plan", "--format", style)

    assert "MAX(amount)" in planned.stdout
    assert OLD not in planned.output
    assert "another-secret" not in planned.output


def test_a_refusal_shows_both_sides_without_secrets(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was reviewed, and what would be done now."""
    without_secret(house)
    headgate("plan", "-o", "plan.out")
    without_secret(house, select="MAX(amount)")
    monkeypatch.delenv("PW")

    refused = [headgate("apply", "plan.out", "--yes", "--format", style) for style in FORMATS]

    assert [one.exit_code for one in refused] == [4, 4, 4], refused[0].output
    assert OLD not in "".join(one.output for one in refused) + kept(house)


@pytest.mark.full
@pytest.mark.parametrize("secret", [OLD, ODD], ids=["plain", "odd"])
def test_status_in_the_platforms_own_words_hides_secrets(
    house: House, monkeypatch: pytest.MonkeyPatch, secret: str
) -> None:
    """Quotes, backslashes and letters beyond ASCII are spelled otherwise in JSON; they are hidden all the same."""
    monkeypatch.setenv("PW", secret)
    with_secret(house, name="second")
    assert house.apply("second").results[0].outcome == "applied"

    reported = headgate("status", "second", "--raw")
    monkeypatch.setenv("PW", "another-secret")
    rotated = headgate("status", "second", "--raw")
    without_secret(house, name="second")
    left = headgate("status", "second", "--raw")

    assert "blackhole" in reported.stdout
    spelled = {secret, json.dumps(secret)[1:-1], json.dumps(json.dumps(secret)[1:-1])[1:-1]}
    for shown in (reported, rotated, left):
        assert shown.exit_code == 0
        json.loads(shown.stdout)
        assert not [one for one in spelled if one in shown.output]


def test_nothing_that_is_asked_afterwards_knows_the_secret(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Status, graph, history and rollback, before and after the manifest has moved on; and no file keeps it.

    Nor those with which headgate logs in.
    """
    target, said = target_of(house), []
    for secret in (OLD, "another-secret"):
        monkeypatch.setenv("PW", secret)
        for style in ("text", "json"):
            asked = (("status", target), ("graph", target), ("history", target), ("plan",), ("status",))
            said += [headgate(*words, "--format", style).output for words in asked]
        said.append(headgate("apply", "--yes").output)
    monkeypatch.setenv("PW", OLD)
    said.append(headgate("import", target).output)
    said.append(headgate("rollback", target, "--yes").output)

    assert OLD not in "".join(said) + kept(house)
    assert "another-secret" not in "".join(said) + kept(house)
    said.append(headgate("status", target, "--raw").output)
    ours = {os.environ.get("DINKY_PASSWORD", SECRET_KEY), *ENVIRON.values()} - {ACCESS_KEY, "testid"}
    assert not [secret for secret in ours if secret in "".join(said) + kept(house)]


@pytest.mark.full
def test_a_part_that_others_own_keeps_its_secret_and_the_history_does_not_tell_it(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The statement is theirs: it is started again as it ran, and goes into the history with a placeholder."""
    target = target_of(house)
    monkeypatch.delenv("PW")
    without_secret(house, parallelism=3, more="ignore: [statement]\nsavepoint: {accept: [unknown, lost]}")

    report = house.apply()
    history = json.loads(headgate("history", target, "--format", "json").stdout)["history"]
    raw = headgate("status", target, "--raw")

    assert [result.outcome for result in report.results] == ["applied"]
    assert house.verbs() == {target: "keep"}
    assert "'password' = '***'" in raw.stdout
    assert "${env:" in history[0]["manifest"]["statement"]
    assert OLD not in json.dumps(history) + kept(house)

    without_secret(house, parallelism=3)
    in_clear = house.root / f"jobs/{target}.yaml"
    text = in_clear.read_text("utf-8").replace("'blackhole'", f"'blackhole', 'password' = '{OLD}'")
    in_clear.write_text(text, "utf-8")
    assert house.verbs() == {target: "keep"}


def test_an_error_that_quotes_what_was_sent_is_shown_without_it(house: House) -> None:
    """In the platform's own spelling, and in every format."""
    quoted = json.dumps({"error_msg": f"no: WITH ('password' = '{OLD}')", "sent": OLD})
    house.platforms[target_of(house)].fail(999, at="", response=Response(400, quoted))
    target = target_of(house)

    said = [headgate(*words).output for words in (("plan",), ("status",), ("graph", target), ("import", target))]
    said.append(headgate("graph", target, "--format", "json").output)

    assert "WITH" in "".join(said)
    assert OLD not in "".join(said) + kept(house)
