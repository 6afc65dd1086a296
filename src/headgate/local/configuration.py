"""What the JobManager and the TaskManager are reported: Flink options and JVM arguments. Pure.

Flink's shell scripts compute memory and ports; they are not among the parts pip installs, so every number
that they would have computed is stated here. Small on purpose: a laptop should not notice an idle cluster.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

from headgate.errors import LocalFlinkError
from headgate.local.ports import LOOPBACK, Ports

MEGABYTES = {"k": 1 / 1024, "kb": 1 / 1024, "m": 1, "mb": 1, "g": 1024, "gb": 1024}

# Flink and the libraries it serialises with look into the JDK; since Java 17 that must be allowed by name.
OPENED = (
    *(
        "java.lang",
        "java.lang.reflect",
        "java.net",
        "java.io",
        "java.nio",
        "sun.nio.ch",
        "java.text",
        "java.time",
    ),
    *("java.util", "java.util.concurrent", "java.util.concurrent.atomic", "java.util.concurrent.locks"),
)
EXPORTED = (
    "java.base/sun.net.util",
    "java.rmi/sun.rmi.registry",
    "java.security.jgss/sun.security.krb5",
)


def configuration(home: Path, ports: Ports, slots: int, overrides: Mapping[str, str]) -> dict[str, str]:
    """All options of the cluster whose files live under `home`; what makes it ours cannot be overridden."""
    fixed = _fixed(home, ports, slots)
    if taken := sorted(fixed.keys() & overrides.keys()):
        raise LocalFlinkError(
            f"{taken[0]} is chosen by headgate for a Flink on this machine",
            where=f"{taken[0]}: {overrides[taken[0]]}",
            hint="leave it out; the REST port and the number of slots have options of their own",
        )
    return _defaults(home, slots) | dict(overrides) | fixed


def _fixed(home: Path, ports: Ports, slots: int) -> dict[str, str]:
    """What keeps the cluster on this machine and findable again."""
    return {
        "jobmanager.rpc.address": LOOPBACK,
        "jobmanager.bind-host": LOOPBACK,
        "jobmanager.rpc.port": str(ports.rpc),
        "taskmanager.host": LOOPBACK,
        "taskmanager.bind-host": LOOPBACK,
        "rest.address": LOOPBACK,
        "rest.bind-address": LOOPBACK,
        "rest.port": str(ports.rest),
        "rest.bind-port": str(ports.rest),
        "blob.server.port": str(ports.blob),
        "taskmanager.numberOfTaskSlots": str(slots),
        "web.submit.enable": "true",
        "web.upload.dir": str(home / "upload"),
    }


def _defaults(home: Path, slots: int) -> dict[str, str]:
    """What a user may say otherwise."""
    network = f"{max(128, 8 * slots)}m"
    return {
        "jobmanager.scheduler": "Default",
        "jobmanager.memory.heap.size": "512m",
        "jobmanager.memory.off-heap.size": "128m",
        "jobmanager.memory.jvm-metaspace.size": "512m",
        # Given one by one, because a TaskManager that is started without the scripts computes none of them.
        "taskmanager.cpu.cores": "1.0",
        "taskmanager.memory.framework.heap.size": "128m",
        "taskmanager.memory.framework.off-heap.size": "128m",
        "taskmanager.memory.task.heap.size": f"{max(640, 40 * slots)}m",
        "taskmanager.memory.task.off-heap.size": "0m",
        "taskmanager.memory.managed.size": f"{max(128, 16 * slots)}m",
        "taskmanager.memory.network.min": network,
        "taskmanager.memory.network.max": network,
        "taskmanager.memory.jvm-metaspace.size": "512m",
        "taskmanager.memory.jvm-overhead.min": "192m",
        "taskmanager.memory.jvm-overhead.max": "192m",
        # file: without a quoting of blanks, which Flink's own paths would quote once more.
        "execution.checkpointing.dir": f"file://{home / 'checkpoints'}",
        "execution.checkpointing.savepoint-dir": f"file://{home / 'savepoints'}",
        "execution.checkpointing.externalized-checkpoint-retention": "RETAIN_ON_CANCELLATION",
        "rest.flamegraph.enabled": "false",
        # Milliseconds that answers about a job may be old; Flink's own 3000 would be felt at every wait.
        "web.refresh-interval": "1000",
        "io.tmp.dirs": str(home / "tmp"),
    }


def as_yaml(options: Mapping[str, str]) -> str:
    """The text of config.yaml, read alike by 1.20 and 2.x; a JSON string is a quoted YAML string."""
    return "".join(f"{key}: {json.dumps(value, ensure_ascii=False)}\n" for key, value in sorted(options.items()))


def read_yaml(text: str) -> dict[str, str]:
    """The options in a text that `as_yaml` wrote; what somebody else wrote into it since is taken as it stands."""
    found = {}
    for line in text.splitlines():
        key, _, value = line.partition(": ")
        try:
            found[key] = str(json.loads(value))
        except ValueError:
            found[key] = value
    return found


def jobmanager_jvm(options: Mapping[str, str]) -> list[str]:
    return [
        f"-Xmx{_megabytes(options, 'jobmanager.memory.heap.size')}m",
        f"-XX:MaxMetaspaceSize={_megabytes(options, 'jobmanager.memory.jvm-metaspace.size')}m",
        *_any_jvm(options),
        *options.get("env.java.opts.jobmanager", "").split(),
    ]


def taskmanager_jvm(options: Mapping[str, str]) -> list[str]:
    def total(*parts: str) -> int:
        return sum(_megabytes(options, f"taskmanager.memory.{part}") for part in parts)

    direct = total("framework.off-heap.size", "task.off-heap.size", "network.max")
    return [
        f"-Xmx{total('framework.heap.size', 'task.heap.size')}m",
        f"-XX:MaxDirectMemorySize={direct}m",
        f"-XX:MaxMetaspaceSize={total('jvm-metaspace.size')}m",
        *_any_jvm(options),
        *options.get("env.java.opts.taskmanager", "").split(),
    ]


def _any_jvm(options: Mapping[str, str]) -> list[str]:
    return [
        "-Xms64m",
        "-XX:+UseSerialGC",  # less memory and fewer threads than the default collector
        *(f"--add-opens=java.base/{package}=ALL-UNNAMED" for package in OPENED),
        *(f"--add-exports={package}=ALL-UNNAMED" for package in EXPORTED),
        *options.get("env.java.opts.all", "").split(),
    ]


def _megabytes(options: Mapping[str, str], key: str) -> int:
    text = options[key]
    if match := re.fullmatch(r"\s*(\d+)\s*([kmg]b?)\s*", text.lower()):
        return int(int(match[1]) * MEGABYTES[match[2]])
    raise LocalFlinkError(f"{key} is not a size", where=f"{key}: {text}", hint="write it like 512m or 2g")


LOGGING = """\
rootLogger.level = INFO
rootLogger.appenderRef.file.ref = File
logger.pekko.name = org.apache.pekko
logger.pekko.level = INFO
logger.netty.name = org.jboss.netty.channel.DefaultChannelPipeline
logger.netty.level = OFF
appender.file.type = RollingFile
appender.file.name = File
appender.file.fileName = ${sys:log.file}
appender.file.filePattern = ${sys:log.file}.%i
appender.file.layout.type = PatternLayout
appender.file.layout.pattern = %d{yyyy-MM-dd HH:mm:ss,SSS} %-5p %-60c %x - %m%n
appender.file.policies.type = Policies
appender.file.policies.size.type = SizeBasedTriggeringPolicy
appender.file.policies.size.size = 20MB
appender.file.strategy.type = DefaultRolloverStrategy
appender.file.strategy.max = 2
"""
