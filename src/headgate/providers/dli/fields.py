"""DLI's fields: which kind of job has which, and how some of them are written down.

DLI is written flat and read nested: most of what a create or update takes comes back under `job_config`, and
`checkpoint_mode` goes in as 1 or 2 and comes out as a word. `writing` makes the flat fields of a manifest, `reading`
those of a job as it is, so that an update sends what differs and nothing else: a jar job refuses some fields even if
they stay the same.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from headgate.providers.definitions.graph_nodes import document, entries

IGNORE_UNCLAIMED = "execution.savepoint.ignore-unclaimed-state"
# Options that a manifest has other words for: set by us for one start, or by the platform for all.
NOT_OF_A_MANIFEST = frozenset(
    {
        IGNORE_UNCLAIMED,
        "execution.state-recovery.ignore-unclaimed-state",
        "execution.savepoint.path",
        "execution.state-recovery.path",
        "execution.target",
        "execution.attached",
        "execution.shutdown-on-attached-exit",
        "pipeline.name",
        "pipeline.global-job-parameters",
        "parallelism.default",
    }
)
MODES = {"EXACTLY_ONCE": 1, "AT_LEAST_ONCE": 2}
SQL_ONLY = (
    *("idle_state_retention", "dirty_data_strategy", "udf_jar_url", "operator_config", "static_estimator_config"),
    "edge_group_ids",
)
JAR_ONLY = ("checkpoint_path", "dependency_jars", "dependency_files", "feature", "image")
BOTH = (
    *("queue_name", "cu_number", "manager_cu_number", "tm_cus", "tm_slot_num", "resource_config_version"),
    *("obs_bucket", "log_enabled", "smn_topic", "restart_when_exception", "resume_checkpoint", "resume_max_num"),
    *("flink_version", "execution_agency_urn"),
)
# An update knows them, a create does not (pages dli_02_0228 and dli_02_0229).
UPDATE_ONLY = frozenset({"operator_config", "static_estimator_config"})
# What the Terraform provider changes on a job that runs; everything else it changes on a stopped one.
IN_PLACE = frozenset(
    {
        *("obs_bucket", "smn_topic", "restart_when_exception", "resume_checkpoint", "resume_max_num"),
        *("checkpoint_path", "tags"),
    }
)


def pairs(text: Any) -> dict[str, str]:
    """What a `runtime_config` says: JSON text of a list of keys and values, or of a mapping; {} if it is neither."""
    listed = {one["key"]: one.get("value", "") for one in entries(document(text), "key")}
    return {str(key): str(value) for key, value in (mapping(text) or listed).items()}


def mapping(text: Any) -> dict[str, Any]:
    """What a `flink_log_config` says: JSON text of a mapping; {} if it is none."""
    found = document(text)
    return dict(found) if isinstance(found, Mapping) else {}


def sent(flat: Mapping[str, Any]) -> dict[str, Any]:
    """Flat fields as a request body: the mappings that DLI wants as JSON text are text, their keys in order."""
    body = dict(flat)
    if "runtime_config" in body:
        listed = [{"key": key, "value": value} for key, value in sorted(body["runtime_config"].items())]
        body["runtime_config"] = json.dumps(listed, separators=(",", ":"), ensure_ascii=False)
    if "flink_log_config" in body:
        body["flink_log_config"] = json.dumps(body["flink_log_config"], separators=(",", ":"), sort_keys=True)
    return body
