"""Flink options by value: what Flink reads alike is no change, and no restart."""

from __future__ import annotations

import pytest

from headgate.model.configuration import normalised


@pytest.mark.parametrize(
    "words",
    [
        ("none", "off", "disable"),
        ("fixed-delay", "fixeddelay", "Fixed-Delay"),
        ("failure-rate", "failurerate"),
        ("exponential-delay", "exponentialdelay"),
    ],
    ids=lambda words: words[0],
)
def test_a_restart_strategy_has_more_names_than_one(words: tuple[str, ...]):
    """Flink's own: `RestartStrategyOptions.RestartStrategyType`, looked up in lower case."""
    keys = ("restart-strategy.type", "restart-strategy")

    assert {tuple(normalised({key: word}).items()) for key in keys for word in words} == {
        (("restart-strategy.type", words[0]),)
    }


def test_another_restart_strategy_is_a_change():
    """And so is a word that Flink does not know."""
    reported = [normalised({"restart-strategy.type": word}) for word in ("none", "fixed-delay", "fixed_delay")]

    assert len({str(one) for one in reported}) == 3
