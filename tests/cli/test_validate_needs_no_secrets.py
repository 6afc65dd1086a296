"""`validate` runs where the secrets are not: in a pull request of a stranger, on a laptop."""

from __future__ import annotations

import pytest

from tests.cli.given import PROJECT_FILE, Workspace, document, headgate, manifest

ASKING = """\
project: payments
targets:
  local: {provider: flink, url: "${env:FLINK_URL}", token: "${env:FLINK_TOKEN}"}
  remote: {provider: dinky, url: "${env:DINKY_URL}", username: "${env:DINKY_USER}", password: "${env:DINKY_PASSWORD}"}
  dli: {provider: huawei-dli, region: "${env:DLI_REGION}", project_id: "${env:DLI_PROJECT}"}
  cs: {provider: huawei-cs, region: "${env:CS_REGION}", project_id: "${env:CS_PROJECT}"}
  foas: {provider: alibaba-foas, region: "${env:FOAS_REGION}", project: "${env:FOAS_PROJECT}"}
store: "${env:STORE}"
defaults: {target: local, config: {state.backend.type: "${env:BACKEND}"}}
"""


def test_variables_that_are_not_set_are_named_and_no_mistake(workspace: Workspace) -> None:
    """In targets of every provider, the store, options and statements; the exit code is 0."""
    workspace.write("headgate.yaml", ASKING)
    workspace.write("jobs/orders.yaml", manifest("orders").replace("'datagen'", "'${env:CONNECTOR}'"))

    result = headgate("validate")

    assert result.exit_code == 0, result.stderr
    assert result.stdout.startswith(
        "headgate.yaml and 1 job in 1 file are valid. Not set here, and not judged: BACKEND"
    )
    assert "FOAS_REGION" in result.stdout


def test_variables_that_are_not_set_are_data_in_json(workspace: Workspace) -> None:
    """A caller that wants them to be a mistake can make them one."""
    workspace.write("jobs/orders.yaml", manifest("orders").replace("'datagen'", "'${env:CONNECTOR}'"))

    assert document(headgate("validate", "--format", "json"))["unset"] == ["CONNECTOR"]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(manifest("orders").replace("'datagen'", "'${env:}'"), id="incomplete"),
        pytest.param(manifest("orders", more="parallelism: ${env:P}"), id="where-none-may-stand"),
        pytest.param(manifest("orders", more="config: {a: '${env:A}', b: [1]}"), id="beside-a-mistake"),
    ],
)
def test_what_can_be_judged_without_secrets_is_still_judged(workspace: Workspace, text: str) -> None:
    """A placeholder is no excuse for a mistake."""
    workspace.write("jobs/orders.yaml", text)

    assert headgate("validate").exit_code == 1


def test_a_variable_that_is_set_is_judged(workspace: Workspace) -> None:
    """With the secrets there, `validate` sees what `apply` would see."""
    workspace.write("headgate.yaml", PROJECT_FILE.replace("http://flink.invalid:8081", "${env:FLINK_URL}"))

    bad = headgate("validate", env={"FLINK_URL": "flink"})
    unset = headgate("validate")

    assert (bad.exit_code, unset.exit_code) == (1, 0)


def test_a_plan_does_need_them(workspace: Workspace) -> None:
    """What would run cannot be compared without them: the job is blocked, and no other."""
    workspace.write("jobs/two.yaml", manifest("two").replace("'datagen'", "'${env:CONNECTOR}'"))

    result = headgate("plan")

    assert result.exit_code == 3
    assert "environment variable CONNECTOR is not set" in result.stdout
    assert "+ submit orders" in result.stdout
