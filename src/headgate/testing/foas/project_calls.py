"""Calls about projects, queues, folders and packages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from headgate.testing.foas.answers import Refused, arguments, page, required
from headgate.testing.foas.jobs import SimulatedJob
from headgate.testing.foas.platform import FoasPlatform
from headgate.testing.server import Request

Names = Mapping[str, str]
Answer = Mapping[str, Any]
_PACKAGE_TYPES = ("JAR", "DICTIONARY", "SCRIPT", "PYTHON")


def list_projects(platform: FoasPlatform, request: Request, names: Names) -> Answer:
    project = {
        "Name": platform.project,
        "DeployType": "cell",
        "ClusterId": platform.queues[0][0],
        "Region": "cn-shanghai",
    }
    return page(request, [project], "Projects", "Project", largest=platform.largest_page)


def list_queues(platform: FoasPlatform, request: Request, names: Names) -> Answer:
    return {"Queues": {"Queue": [{"ClusterId": cluster, "QueueName": queue} for cluster, queue in platform.queues]}}


def list_engine_versions(platform: FoasPlatform, request: Request, names: Names) -> Answer:
    return {"EngineVersions": {"EngineVersion": list(platform.engine_versions)}}


def get_folder(platform: FoasPlatform, request: Request, names: Names) -> Answer:
    path = request.query.get("path", "")
    return {"Folder": {"FolderId": platform.folders[path], "Path": path} if path in platform.folders else None}


def create_folder(platform: FoasPlatform, request: Request, names: Names) -> Answer:
    path = required(arguments(request), "path")
    platform.folders.setdefault(path, len(platform.folders) + 10_000)
    return {"FolderId": platform.folders[path]}


def list_packages(platform: FoasPlatform, request: Request, names: Names) -> Answer:
    part = request.query.get("packageName", "")
    found = [each for name, each in sorted(platform.packages.items()) if part in name]
    return page(request, found, "Packages", "Package", largest=platform.largest_page)


def create_package(platform: FoasPlatform, request: Request, names: Names) -> Answer:
    body = arguments(request)
    name, kind = required(body, "packageName"), required(body, "type").upper()
    if kind not in _PACKAGE_TYPES or name in platform.packages:
        raise Refused(400, "InvalidPackage", f"package {name} exists already, or its type {kind} does not")
    oss = {"Path": required(body, "ossPath"), "Bucket": body.get("ossBucket", "")}
    platform.packages[name] = {"ProjectName": platform.project, "PackageName": name, "Type": kind, "Oss": oss}
    return {}


def delete_package(platform: FoasPlatform, request: Request, names: Names) -> Answer:
    if names["package"] not in platform.packages or _using(platform, names["package"]):
        raise Refused(400, "InvalidPackage", f"package {names['package']} does not exist, or is in use")
    del platform.packages[names["package"]]
    return {}


def get_ref_package_job(platform: FoasPlatform, request: Request, names: Names) -> Answer:
    rows = []
    for job in _using(platform, names["package"]):
        row = {**job.saved(full=True), "ProjectName": platform.project}
        del row["FileId"]
        rows.append(row)
    return page(request, rows, "Jobs", "Job", largest=platform.largest_page)


def _using(platform: FoasPlatform, package: str) -> list[SimulatedJob]:
    committed = [(job, job.committed) for job in platform.jobs.values() if job.committed]
    return [job for job, content in committed if package in content["Packages"].split(",")]
