"""A real Flink on this machine, from parts that pip installs: the embedded default.

A JobManager and a TaskManager as two processes of the user, bound to loopback, with everything they write
under the project's `.headgate/flink/`. They outlive the command that started them; `down` ends them and
nothing else. Jobs do not outlive the cluster, their savepoints and checkpoints do.

May know: Flink's own files, options and main classes. Must not know: manifests, plans, jobs.

- `flink_home`     where Flink and Java are
- `flink_versions` which versions are supported, and installing one
- `ports`          which ports are free
- `configuration`  what the two processes are reported; pure
- `processes`      starting and ending them; a reused pid is never taken for ours
- `readiness`      waiting, and saying why it was in vain
- `state`          what was started, on disk; one command at a time
- `requested_cluster`          what `up` is asked for, and whether what runs is like it
- `cluster`        up, down, status
"""

from headgate.local.cluster import LocalFlink, down, status, up
from headgate.local.flink_home import FlinkHome, find_flink, find_java

__all__ = ["FlinkHome", "LocalFlink", "down", "find_flink", "find_java", "status", "up"]
