"""What Cloud Stream cannot do of a manifest, and what becomes of state, as far as anybody documents it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from headgate.model.live import Live
from headgate.model.plan import StateVerdict, Verdict
from headgate.model.spec import AppliedSpec, Jar, JobSpec, Sql, Strategy
from headgate.providers.cs.forms import DEFAULTS, JAR_ONLY, SQL_ONLY, CsOptions
from headgate.providers.cs.savepoints import savepoint_at
from headgate.providers.cs.spec import NO_MANAGER_SPU, STATE_MANAGER_SPU, facts, job_type, options_of
from headgate.providers.cs.wire import JAR, KINDS, NOTE
from headgate.providers.definitions import last_applied
from headgate.providers.huawei.checkpoints import INTERVAL, MODE, config_of, whole_seconds


def problems(spec: JobSpec, live: Live | None) -> list[str]:
    """Why this cannot be done, each with what to do instead; empty if it can. `live` is the job on this target."""
    options = options_of(spec)
    reported = [
        *_of_config(spec),
        *_of_program(spec, options),
        *_of_place(spec, options),
        *_of_savepoint(spec, options, live),
    ]
    if live is not None:
        reported += _of_live(spec, live)
    most = facts(spec, begin=10**13, saved=10**13, source="1" * 13, at="x" * 60, adopted=True)
    if not reported and not last_applied.fits(most, NOTE):
        reported.append("the options are too long to be remembered in the job's description: shorten tags and paths")
    return reported


def _of_config(spec: JobSpec) -> Iterator[str]:
    config = config_of(spec)
    foreign = sorted(set(config) - {INTERVAL, MODE})
    if foreign:
        yield f"there is no place for Flink options such as {', '.join(foreign)}: only checkpoint interval and mode"
    if not config.keys() & {INTERVAL, MODE}:
        return
    if isinstance(spec.program, Jar):
        yield "a jar sets up its own checkpoints in its program: remove them from config"
    given = sorted(key for key in spec.options if key.startswith("checkpoint_"))
    if given:
        yield f"checkpoints are in config and in options.{given[0]}: keep one"
    if INTERVAL in config and not whole_seconds(config[INTERVAL]):
        yield f"{INTERVAL} is in whole seconds here, not {config[INTERVAL]}"


def _of_program(spec: JobSpec, options: CsOptions) -> Iterator[str]:
    jar = isinstance(spec.program, Jar)
    foreign = SQL_ONLY if jar else JAR_ONLY
    wrong = [key for key in foreign if getattr(options, key) != DEFAULTS[key]]
    if wrong:
        yield f"options.{wrong[0]} is for {'SQL' if jar else 'a jar'} only: remove it"
    if isinstance(spec.program, Jar):
        spaced = [word for word in map(spec.secrets.fill, spec.program.args) if not word or re.search(r"\s", word)]
        if spaced:
            yield "arguments are one text with spaces between them: none may be empty or hold a space"


def _of_place(spec: JobSpec, options: CsOptions) -> Iterator[str]:
    alone = isinstance(spec.program, Jar) or options.run_mode == "exclusive_cluster"
    if alone and options.cluster_id is None:
        yield "it runs on an exclusive cluster: name it with options.cluster_id"
    if (options.run_mode == "edge_node") != bool(options.edge_group_ids):
        yield "options.run_mode: edge_node and options.edge_group_ids go together"


def _of_savepoint(spec: JobSpec, options: CsOptions, live: Live | None) -> Iterator[str]:
    if isinstance(spec.program, Sql) and not options.obs_bucket and spec.savepoint.strategy is not Strategy.NONE:
        yield (
            "savepoints of a SQL job go to options.obs_bucket: name a bucket, or consent with savepoint.strategy: none "
            "to a job whose state is lost whenever it stops"
        )
    if spec.savepoint.strategy is not Strategy.PATH:
        return
    named = savepoint_at(spec.secrets.fill(spec.savepoint.path))
    newest = savepoint_at(live.run_id) if live else None
    if named is None or newest is None or named[0] != newest[0] or named[1] not in (newest[1], "latest"):
        yield (
            "a job is only ever restored from its own latest savepoint: use savepoint.strategy: latest, or the path "
            + (f"cs/{newest[0]}/latest" if newest else "cs/JOB/latest of a job that is there")
        )


def _of_live(spec: JobSpec, live: Live) -> Iterator[str]:
    have = live.applied
    if have is None:
        return
    is_now, becomes = job_type(have), job_type(spec)
    if becomes == JAR and not any("manager_spu" in known for known in (have.options, have.unstated, spec.options)):
        yield f"{NO_MANAGER_SPU}: {STATE_MANAGER_SPU}"
    if is_now != becomes:
        yield f"{KINDS[is_now]} cannot become {KINDS[becomes]}: give it another name, which makes another job"


def state_verdict(spec: JobSpec, have: AppliedSpec) -> StateVerdict | None:
    """By the platform's own ways; None where the program changed, which nobody can judge."""
    before, after = have.fields(), spec.fields()
    code = ("udf_jar_url", "config_url")
    same = all(before.get(key) == after.get(key) for key in ("statement", "jar", "env"))
    if not same or any(have.options.get(key) != spec.options.get(key) for key in code):
        return None
    if have.parallelism != spec.parallelism:
        # DLI's pages warn of it for checkpoints, and Cloud Stream's say nothing.
        why = "nobody documents that a start with another parallelism takes up the savepoint"
        return StateVerdict.of_all(Verdict.UNKNOWN, why)
    why = "the same program, started from the savepoint of its last run"
    return StateVerdict.of_all(Verdict.KEPT, why)
