"""The jar that is shipped is the source beside it, compiled."""

from __future__ import annotations

import shutil
import zipfile
from email import message_from_bytes
from email.message import Message
from pathlib import Path

import pytest

from headgate.providers.flink.runner import ENTRY_CLASS, JAR, build, content_name


def shipped() -> dict[str, bytes]:
    with zipfile.ZipFile(JAR) as jar:
        return {name: jar.read(name) for name in jar.namelist()}


def manifest() -> Message:
    return message_from_bytes(shipped()["META-INF/MANIFEST.MF"].replace(b"\r\n ", b""))


def test_the_jar_records_the_source_it_was_built_from() -> None:
    """An edit of the source without a rebuild would ship the old runner; this needs no JDK to notice."""
    recorded = manifest()["Source-Sha256"]

    current = build.source_digest()

    assert recorded == current, "run: python -m headgate.providers.flink.runner.build"


@pytest.mark.full
def test_the_classes_are_what_the_compiler_makes_of_the_sources() -> None:
    """Where a JDK like the builder's is present, the bytes themselves are compared."""
    classes = {name: content for name, content in shipped().items() if name.endswith(".class")}
    like_the_builders = shutil.which("javac") is not None and build.jdk() == manifest()["Build-Jdk-Spec"]

    compiled = build.compiled(build.installed_lib()) if like_the_builders else classes

    assert compiled == classes


def test_the_entry_class_is_in_the_jar_and_every_class_runs_on_the_oldest_java_flink_supports() -> None:
    """Flink would say so only after the upload: a cluster on Java 11 (55) refuses a class file of a later version."""
    headers = {name: content[:8] for name, content in shipped().items() if name.endswith(".class")}

    assert f"{ENTRY_CLASS.replace('.', '/')}.class" in headers
    assert manifest()["Main-Class"] == ENTRY_CLASS
    assert {int.from_bytes(header[6:8]) for header in headers.values()} == {55}


def test_the_same_entries_give_the_same_jar(tmp_path: Path) -> None:
    """The upload is named by its content: a rebuild that changes nothing must not be a new name."""
    again = tmp_path / "again.jar"

    build.write(again, shipped())

    assert again.read_bytes() == JAR.read_bytes()
    assert content_name().startswith("headgate-sql-runner-")
