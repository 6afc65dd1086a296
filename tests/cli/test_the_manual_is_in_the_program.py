"""`headgate explain TOPIC` is the manual: one place for the long reference, with a page for each platform."""

from __future__ import annotations

import json
import re

import pytest

from headgate.cli.explain import explanations
from headgate.cli.topic_pages import page, titles
from headgate.providers.registry import PROVIDERS
from tests.cli.given import headgate


def test_every_provider_has_a_page() -> None:
    """By its name in headgate.yaml, which is what somebody types who wants to know more."""
    assert set(PROVIDERS) <= titles().keys()


def test_no_topic_has_the_name_of_a_code() -> None:
    """One of the two could not be shown."""
    assert not titles().keys() & explanations().keys()


@pytest.mark.parametrize("topic", titles())
def test_a_page_is_shown_as_it_is_written(topic: str) -> None:
    """With a heading, lines that fit a terminal, and nothing that only its makers read."""
    result = headgate("explain", topic)

    assert result.exit_code == 0
    assert result.stdout == page(topic) + "\n"
    assert result.stdout.startswith(f"# {titles()[topic]}\n")
    assert "<!--" not in result.stdout
    assert json.loads(headgate("explain", topic, "--format", "json").stdout)["topics"] == {topic: page(topic)}


@pytest.mark.parametrize("provider", PROVIDERS)
def test_the_page_of_a_provider_has_every_setting(provider: str) -> None:
    """Made from the forms that check manifests: a setting that is new is on the page."""
    target, options = PROVIDERS[provider].forms()
    fields = [*target.model_fields.items(), *options.model_fields.items()]

    listed = re.findall(r"^- `(\w+)`", page(provider), re.MULTILINE)

    assert listed == [field.alias or name for name, field in fields]


@pytest.mark.parametrize("topic", titles())
def test_topics_that_a_page_names_are_there(topic: str) -> None:
    """A page that sends its reader on must not send them nowhere."""
    named = re.findall(r"headgate explain ([a-z][a-z-]+)", page(topic))

    assert not set(named) - titles().keys() - explanations().keys()


def test_a_topic_that_is_nearly_right_is_suggested() -> None:
    """`headgate explain dinki`."""
    result = headgate("explain", "dinki")

    assert result.exit_code == 1
    assert "there is no code or topic 'dinki'" in result.stderr
    assert "did you mean 'dinky'?" in result.stderr
