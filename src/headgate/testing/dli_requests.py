"""What a simulated DLI takes in the bodies of create and update, and how it refuses the rest.

The fields are those of the official SDK's request models; unknown ones are refused here, so that a typing error of
ours is found out.
"""

from __future__ import annotations

from typing import Any

_BOTH = {
    *("name", "desc", "queue_name", "cu_number", "manager_cu_number", "parallel_number", "tm_cus", "tm_slot_num"),
    *("checkpoint_enabled", "checkpoint_mode", "checkpoint_interval", "log_enabled", "obs_bucket", "smn_topic"),
    *("restart_when_exception", "resume_checkpoint", "resume_max_num", "runtime_config", "flink_log_config"),
    *("flink_version", "execution_agency_urn", "resource_config_version", "resource_config"),
}
_SQL = {"sql_body", "run_mode", "idle_state_retention", "edge_group_ids", "dirty_data_strategy", "udf_jar_url"}
_JAR = {"main_class", "entrypoint", "entrypoint_args", "dependency_jars", "dependency_files"}
_JAR |= {"image", "feature", "checkpoint_path"}
SQL_CREATE = frozenset(_BOTH | _SQL | {"job_type", "tags", "template_id"})
SQL_UPDATE = frozenset(_BOTH | _SQL | {"operator_config", "static_estimator_config"})
JAR_CREATE = frozenset(_BOTH | _JAR | {"tags"})
JAR_UPDATE = frozenset(_BOTH | _JAR | {"job_type"})
# By the Terraform provider these change on a running job; by the console, name and description do, too.
WHILE_RUNNING = frozenset(
    {"smn_topic", "restart_when_exception", "resume_checkpoint", "resume_max_num", "checkpoint_path", "obs_bucket"}
)
_NUMBERS = ("cu_number", "manager_cu_number", "parallel_number", "checkpoint_interval", "checkpoint_mode", "tm_cus")
_TEXTS = ("name", "desc", "sql_body", "runtime_config", "flink_log_config", "entrypoint_args", "obs_bucket")


class Refused(Exception):
    """An error of the service's own, with its code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def checked(body: Any, known: frozenset[str], before: dict[str, Any], buckets: set[str]) -> dict[str, Any]:
    """The body, if it is right for a job that has the fields `before`. Raises `Refused`."""
    if not isinstance(body, dict) or not body.keys() <= known:
        odd = sorted(body.keys() - known) if isinstance(body, dict) else "the body"
        raise Refused("DLI.0001", f"The input parameter is invalid: {odd}")
    if any(name in body and type(body[name]) is not int for name in _NUMBERS):
        raise Refused("DLI.0001", "The input parameter is invalid: a number is expected")
    if any(name in body and not isinstance(body[name], str) for name in _TEXTS):
        raise Refused("DLI.0001", "The input parameter is invalid: a text is expected")
    if body.get("checkpoint_mode", 1) not in (1, 2) or len(body.get("desc", "")) > 512:
        raise Refused("DLI.0001", "The input parameter is invalid: checkpoint_mode or desc")
    if body.get("obs_bucket") and body["obs_bucket"] not in buckets:
        raise Refused("DLI.11016", f"The bucket {body['obs_bucket']} is not authorized to DLI")
    whole = {**before, **body}
    workers = whole.get("cu_number", 2) - whole.get("manager_cu_number", 1)
    if whole.get("resource_config_version", "v1") == "v1" and whole.get("parallel_number", 1) > 4 * workers:
        raise Refused("DLI.0001", "parallel_number exceeds 4 x (cu_number - manager_cu_number)")
    if whole.get("checkpoint_enabled") and whole.get("checkpoint_path"):
        raise Refused("DLI.0001", "checkpoint_path is not allowed when checkpoint_enabled is true")
    return body
