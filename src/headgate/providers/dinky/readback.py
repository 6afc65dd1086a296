"""What a task amounts to, with placeholders put back inside its nested options, too: variables may well be secrets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from headgate.model.secret import Environment, digests
from headgate.model.spec import AppliedSpec, JobSpec


@dataclass(frozen=True, slots=True)
class TaskSpec(AppliedSpec):
    """A manifest read from a task's own fields."""

    def unfilled(self, want: JobSpec) -> AppliedSpec:
        if not self.filled:
            return self
        plain = AppliedSpec.unfilled(self, want)
        values: dict[str, str] = {}
        nested = {
            option: _unfilled(value, want.options.get(option), want.environment, values)
            for option, value in plain.options.items()
            if not isinstance(value, str)
        }
        return replace(plain, options={**plain.options, **nested}, env={**plain.env, **digests(values)})


def _unfilled(value: Any, template: Any, environment: Environment, values: dict[str, str]) -> Any:
    match value:
        case str():
            return environment.unfill(value, template if isinstance(template, str) else "", values)
        case Mapping():
            within = template if isinstance(template, Mapping) else {}
            return {key: _unfilled(one, within.get(key), environment, values) for key, one in value.items()}
        case list():
            of = [*template] if isinstance(template, list) else []
            of += [None] * (len(value) - len(of))
            return [_unfilled(one, its, environment, values) for one, its in zip(value, of, strict=False)]
    return value
