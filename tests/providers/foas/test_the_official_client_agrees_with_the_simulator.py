"""aliyun-python-sdk-foas, Alibaba's own client, works on the simulated service: so the simulator speaks as that does.

What the client sends - its signature, its region in the query, its forms - is taken, and what it is answered it reads.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from tests.providers.foas.bench import statement

from headgate.testing.foas import FoasSimulator

AcsClient = import_module("aliyunsdkcore.client").AcsClient
ServerException = import_module("aliyunsdkcore.acs_exception.exceptions").ServerException
StsTokenCredential = import_module("aliyunsdkcore.auth.credentials").StsTokenCredential
ORDERS = {"projectName": "demo_prj", "jobName": "orders"}
CURRENT = {**ORDERS, "instanceId": "-1"}


class OfficialClient:
    """Calls by their names in the OpenAPI."""

    def __init__(self, platform: FoasSimulator, **credentials: Any) -> None:
        credentials = credentials or {"ak": "testid", "secret": "testsecret"}
        self._client = AcsClient(region_id="cn-shanghai", auto_retry=False, **credentials)
        self._endpoint = platform.url.removeprefix("http://")

    def __call__(self, action: str, **arguments: Any) -> Any:
        return json.loads(self._client.do_action_with_exception(self._request(action, arguments)))

    def raw(self, action: str, accept: str, **arguments: Any) -> str:
        """The body of an answer in a format as the SDK names it."""
        request = self._request(action, arguments)
        request.set_accept_format(accept)
        return bytes(self._client.do_action(request)).decode()

    def _request(self, action: str, arguments: dict[str, Any]) -> Any:
        request = getattr(import_module(f"aliyunsdkfoas.request.v20181111.{action}Request"), f"{action}Request")()
        for name, value in arguments.items():
            getattr(request, f"set_{name}")(value)
        request.set_protocol_type("http")
        request.set_endpoint(self._endpoint)
        return request

    def close(self) -> None:
        self._client.session.close()


@pytest.fixture
def call(platform: FoasSimulator) -> Iterator[OfficialClient]:
    client = OfficialClient(platform)
    yield client
    client.close()


def state(call: OfficialClient, *, until: str) -> dict[str, Any]:
    """The summary of the current instance, asked for until it is in a state."""
    for _ in range(20):
        summary: dict[str, Any] = call("GetInstanceRunSummary", **CURRENT)["RunSummary"]
        if summary and summary["ActualState"] == until:
            return summary
    raise AssertionError(f"never {until}: {summary}")


def created(call: OfficialClient, **more: str) -> None:
    """A job that is saved and committed, with a plan."""
    fields = {"code": statement("orders"), "jobType": "flink_stream", "apiType": "sql", "properties": "a=b\n", **more}
    call("CreateJob", **ORDERS, **fields)
    session = call("GetRawPlanJson", **ORDERS, autoconfEnable="false")["SessionId"]
    for _ in range(20):
        reported = call("CheckRawPlanJson", **ORDERS, sessionId=session)["PlanJsonInfo"]
        if reported["Status"] == "success":
            break
    call("UpdateJob", **ORDERS, planJson=reported["PlanJson"])
    call("CommitJob", **ORDERS, isOnOff="false")


def test_a_job_from_its_creation_to_its_deletion(platform: FoasSimulator, call: OfficialClient):
    """The recipe of the documentation's sample, call by call. A stream has one instance that is not archived."""
    created(call)
    call("ValidateJob", **ORDERS)
    job = call("GetJob", **ORDERS)["Job"]
    assert (job["JobName"], job["IsCommitted"], job["EngineVersion"]) == ("orders", True, "blink-3.6.0")
    assert call("GetInstance", **CURRENT)["Instance"] is None

    number = call("StartJob", **ORDERS, parameterJson='{"startOffset":"1767225600000"}')["instanceId"]
    assert state(call, until="RUNNING")["Id"] == number
    call("ModifyInstanceState", **CURRENT, expectState="PAUSED", triggerCheckpoint="true")
    state(call, until="PAUSED")
    call("ModifyInstanceState", **CURRENT, expectState="RUNNING", isFlush="true")
    resumed = state(call, until="RUNNING")["Id"]
    assert resumed != number
    streams = {"projectName": "demo_prj", "jobType": "FLINK_STREAM"}
    lists = [call("ListInstance", **streams, isArchived=archived)["Instances"] for archived in ("false", "true")]
    assert [[each["Id"] for each in listed["Instance"]] for listed in lists] == [[resumed], [number]]
    assert lists[0]["Instance"][0]["Code"] == statement("orders")
    assert platform.ages("orders") == 1
    call("ModifyInstanceState", **CURRENT, expectState="TERMINATED")
    state(call, until="TERMINATED")
    assert call("StartJob", **ORDERS)["instanceId"] not in (number, resumed)
    state(call, until="RUNNING")
    assert platform.ages("orders") == 0
    call("ModifyInstanceState", **CURRENT, expectState="TERMINATED")
    state(call, until="TERMINATED")

    call("OfflineJob", **ORDERS)
    call("DeleteJob", **ORDERS)
    assert call("GetJob", **ORDERS)["Job"] is None


def test_lists_come_in_pages_that_begin_with_one(platform: FoasSimulator, call: OfficialClient):
    """Ten entries unless more are asked for; names are found by a part of them."""
    for number in range(12):
        platform.start_stranger(f"clicks-{number:02}")

    first = call("ListJob", projectName="demo_prj")
    last = call("ListJob", projectName="demo_prj", pageIndex=3, pageSize=5, isShowFullField="false")
    some = call("ListJob", projectName="demo_prj", jobName="clicks-1")

    assert (first["TotalCount"], first["TotalPage"], len(first["Jobs"]["Job"])) == (12, 2, 10)
    assert [job["JobName"] for job in last["Jobs"]["Job"]] == ["clicks-10", "clicks-11"]
    assert "Code" not in last["Jobs"]["Job"][0]
    assert some["TotalCount"] == 2
    nothing = call("ListJob", projectName="demo_prj", jobName="orders")
    assert (nothing["TotalCount"], nothing["TotalPage"]) == (0, 0)


def test_summaries_leave_out_what_was_never_committed(platform: FoasSimulator, call: OfficialClient):
    """Without a word, and under a name of their own."""
    platform.start_stranger("clicks")
    call("CreateJob", **ORDERS, code="SELECT 1", jobType="FLINK_STREAM", apiType="SQL")

    answer = call(
        "BatchGetInstanceRunSummary", projectName="demo_prj", jobNames="clicks,orders,nobody", jobType="FLINK_STREAM"
    )

    assert [each["JobName"] for each in answer["RunSummarys"]["RunSummary"]] == ["clicks"]


def test_what_uses_a_package_is_reported_of_committed_jobs_alone(platform: FoasSimulator, call: OfficialClient):
    """GetRefPackageJob; and a package that is in use stays."""
    package = {"projectName": "demo_prj", "packageName": "udf.jar"}
    call("CreatePackage", **package, type="jar", ossPath="jars/udf.jar")
    call("CreateJob", **ORDERS, code="SELECT 1", jobType="FLINK_STREAM", apiType="SQL", packages="udf.jar,other.jar")
    assert call("GetRefPackageJob", **package)["Jobs"]["Job"] == []

    call("CommitJob", **ORDERS)
    [job] = call("GetRefPackageJob", **package, pageIndex=1, pageSize=50)["Jobs"]["Job"]

    assert (job["JobName"], job["Packages"], job["ProjectName"]) == ("orders", "udf.jar,other.jar", "demo_prj")
    assert "FileId" not in job
    with pytest.raises(ServerException):
        call("DeletePackage", **package)
    call("OfflineJob", **ORDERS)
    call("DeletePackage", **package)
    assert call("ListPackage", projectName="demo_prj")["Packages"]["Package"] == []


def test_what_an_instance_tells_of_itself(platform: FoasSimulator, call: OfficialClient):
    """Documents inside of documents, and one key that is spelled like no other."""
    platform.start_stranger("orders", properties="a=b\n#c=d\n")

    assert json.loads(call("GetInstanceConfig", **CURRENT)["Config"]) == {"a": "b"}
    assert "counts" in json.loads(call("GetInstanceCheckpoint", **CURRENT)["Checkpoints"])
    assert "root-exception" in json.loads(call("GetInstanceExceptions", **CURRENT)["Exceptions"])
    assert json.loads(call("GetInstanceDetail", **CURRENT)["Detail"])["vertices"]
    assert call("GetInstanceFinalState", **CURRENT)["Finalstate"] == "UNDEFINED"


def test_folders_queues_and_versions(platform: FoasSimulator, call: OfficialClient):
    """What a new job needs to know."""
    where = {"projectName": "demo_prj", "path": "/team"}
    assert call("GetFolder", **where)["Folder"] is None
    made = call("CreateFolder", **where)["FolderId"]

    assert call("GetFolder", **where)["Folder"]["FolderId"] == made
    [queue] = call("ListProjectBindQueue", projectName="demo_prj")["Queues"]["Queue"]
    assert queue == {"ClusterId": "cluster-1", "QueueName": "root.demo"}
    versions = call("GetClusterEngineVersions", clusterId="cluster-1")["EngineVersions"]["EngineVersion"]
    assert "blink-3.6.0" in versions
    assert [each["Name"] for each in call("ListProject")["Projects"]["Project"]] == ["demo_prj"]


# The SDK's one method that leaves the format to its caller warns that another one does not.
@pytest.mark.filterwarnings(r"ignore:do_action\(\) method is deprecated:DeprecationWarning")
@pytest.mark.parametrize("accept", ["json", "XML"])
def test_json_is_for_a_caller_that_asks_for_it(platform: FoasSimulator, call: OfficialClient, accept: str):
    """The SDK knows `JSON` in capitals only: anything else is answered with XML, which it signs for all the same."""
    platform.start_stranger("orders")

    answer = call.raw("GetJob", accept, **ORDERS)

    assert answer.startswith("<RequestId>")
    assert "<Job><JobName>orders</JobName>" in answer


def test_errors_carry_their_code_under_odd_statuses(platform: FoasSimulator, call: OfficialClient):
    """The client raises them with code and status."""
    stranger = OfficialClient(platform, ak="nobody", secret="testsecret")
    liar = OfficialClient(platform, ak="testid", secret="another")

    for client, action, expected in [
        (stranger, "ListJob", (404, "InvalidAccessKeyId.NotFound")),
        (liar, "ListJob", (400, "SignatureDoesNotMatch")),
        (call, "ListInstance", (400, "MissingJobType")),
    ]:
        with pytest.raises(ServerException) as raised:
            client(action, projectName="demo_prj")
        assert (raised.value.get_http_status(), raised.value.get_error_code()) == expected
    platform.throttle()
    with pytest.raises(ServerException) as raised:
        call("ListJob", projectName="demo_prj")
    assert raised.value.get_error_code() == "Throttling.User"
    stranger.close()
    liar.close()


def test_temporary_keys_are_let_in_with_their_token():
    """And not without it."""
    with FoasSimulator(key_id="STS.testid", token="test-token") as platform:
        sts = OfficialClient(platform, credential=StsTokenCredential("STS.testid", "testsecret", "test-token"))
        plain = OfficialClient(platform, ak="STS.testid", secret="testsecret")

        assert sts("ListJob", projectName="demo_prj")["TotalCount"] == 0
        with pytest.raises(ServerException) as raised:
            plain("ListJob", projectName="demo_prj")

        assert raised.value.get_error_code() == "InvalidSecurityToken.Malformed"
        sts.close()
        plain.close()
