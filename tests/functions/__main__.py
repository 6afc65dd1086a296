"""Make the jars from their sources."""

from __future__ import annotations

from headgate.providers.flink.runner import build
from tests.functions import SOURCES


def main() -> None:
    for jar, source in SOURCES.items():
        manifest = build.manifest({"Build-Jdk-Spec": build.jdk()})
        build.write(jar, {"META-INF/MANIFEST.MF": manifest, **build.compiled(build.installed_lib(), (source,))})


if __name__ == "__main__":
    main()
