"""A credential over http, a server that is not checked: reported at their line, and not on a loopback address."""

from __future__ import annotations

from pathlib import Path

import pytest

from headgate.project import load


def warned(tmp_path: Path, target: str) -> list[tuple[str, str]]:
    """The code of every warning about a target, and its place."""
    (tmp_path / "jobs").mkdir()
    file = tmp_path / "headgate.yaml"
    file.write_text(f"project: payments\ntargets:\n  prod: {target}\n", "utf-8")
    environ = {"TOKEN": "t0ken-t0ken", "PASSWORD": "hunter2-hunter2"}
    project = load(file=file, environ=environ)
    assert not any(value in repr(project.warnings) for value in environ.values())
    return [(str(one.code), one.where) for one in project.warnings]


def at(line: str, setting: str) -> str:
    return f"headgate.yaml:3:{len('  prod: ') + line.index(setting) + 1}"


@pytest.mark.parametrize(
    ("target", "setting"),
    [
        pytest.param('{provider: flink, url: "http://flink:8081", token: "${env:TOKEN}"}', "token:", id="a-token"),
        pytest.param(
            '{provider: flink, url: "http://flink:8081", username: ada, password: "${env:PASSWORD}"}',
            "password:",
            id="a-password",
        ),
        pytest.param(
            '{provider: flink, url: "http://ada:${env:PASSWORD}@flink:8081"}', "url:", id="a-password-in-the-address"
        ),
        pytest.param(
            '{provider: dinky, url: "http://dinky:8888", username: a, password: "${env:PASSWORD}"}',
            "password:",
            id="dinky",
        ),
        pytest.param(
            '{provider: huawei-dli, region: r, endpoint: "http://10.0.0.1", token: "${env:TOKEN}"}',
            "token:",
            id="a-token-of-a-cloud",
        ),
        pytest.param(
            '{provider: huawei-cs, region: r, iam_endpoint: "http://10.0.0.1", username: a, domain: d, '
            'password: "${env:PASSWORD}"}',
            "password:",
            id="the-address-of-a-login",
        ),
    ],
)
def test_a_credential_over_http_is_warned_about(tmp_path: Path, target: str, setting: str):
    """Anybody on the way can read it, and use it."""
    assert warned(tmp_path, target) == [("credential-in-clear", at(target, setting))]


@pytest.mark.parametrize(
    "target",
    [
        '{provider: flink, url: "https://flink:8081", verify: false}',
        "{provider: huawei-dli, region: r, verify: false}",
        '{provider: alibaba-foas, project: p, region: r, endpoint: "https://foas", verify: false}',
    ],
)
def test_a_server_that_is_not_checked_is_warned_about(tmp_path: Path, target: str):
    """Also where the address is the cloud's own, and not written."""
    assert warned(tmp_path, target) == [("server-unchecked", at(target, "verify:"))]


@pytest.mark.parametrize(
    "target",
    [
        '{provider: flink, url: "http://flink:8081"}',
        '{provider: flink, url: "https://flink:8081", token: "${env:TOKEN}"}',
        '{provider: flink, url: "http://127.0.0.1:8081", token: "${env:TOKEN}"}',
        '{provider: flink, url: "http://localhost:8081", username: ada, password: "${env:PASSWORD}"}',
        '{provider: flink, url: "http://[::1]:8081", token: "${env:TOKEN}"}',
        '{provider: flink, url: "https://127.9.9.9:8081", verify: false}',
        "{provider: flink, verify: false}",
        '{provider: huawei-dli, region: r, endpoint: "http://10.0.0.1", access_key: a, secret_key: "${env:PASSWORD}"}',
    ],
    ids=["no-credential", "https", "loopback", "localhost", "loopback-6", "unchecked-loopback", "local", "signed"],
)
def test_where_nothing_is_laid_open_nothing_is_said(tmp_path: Path, target: str):
    """A warning that means nothing hides the next one. What is signed is not sent."""
    assert warned(tmp_path, target) == []
