"""Build the jar from its source: `python -m headgate.providers.flink.runner.build [FLINK_LIB]`.

The same source and the same JDK give the same bytes: entries in a fixed order, a fixed time, and nothing
compressed (zlib and its replacements differ). The classes are the same whether 1.20 or 2.x is compiled against.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from headgate.providers.flink.runner import ENTRY_CLASS, JAR, SOURCES

OLDEST_JAVA = "11"
EARLIEST_ZIP_TIME = (1980, 1, 1, 0, 0, 0)


def compiled(flink_lib: Path, sources: Sequence[Path] = SOURCES) -> dict[str, bytes]:
    """The class files of the sources, by their name in the jar."""
    jars = [*flink_lib.glob("flink-dist-*.jar"), *flink_lib.glob("flink-table-api-java-uber-*.jar")]
    with tempfile.TemporaryDirectory() as scratch:
        command = [
            "javac",
            "--release",
            OLDEST_JAVA,
            "-Xlint:all,-classfile",
            "-g:source,lines",
            "-proc:none",
        ]
        class_path = os.pathsep.join(str(jar) for jar in jars)
        subprocess.run([*command, "-cp", class_path, "-d", scratch, *map(str, sources)], check=True)
        found = sorted(Path(scratch).rglob("*.class"))
        return {path.relative_to(scratch).as_posix(): path.read_bytes() for path in found}


def jdk() -> str:
    """The major version of the compiler, written into the manifest: another one may write other bytes."""
    answer = subprocess.run(["javac", "-version"], check=True, capture_output=True, text=True)
    return (answer.stdout or answer.stderr).split()[1].split(".")[0]


def source_digest() -> str:
    """The SHA-256 of the sources, as the manifest records it."""
    return hashlib.sha256(b"".join(source.read_bytes() for source in SOURCES)).hexdigest()


def manifest(entries: Mapping[str, str]) -> bytes:
    """What a jar says of itself; a line is at most 72 bytes, and continues behind a blank."""
    lines = [f"{key}: {value}" for key, value in {"Manifest-Version": "1.0", **entries}.items()]
    folded = [line if len(line) <= 70 else f"{line[:70]}\r\n {line[70:]}" for line in lines]
    return ("\r\n".join(folded) + "\r\n\r\n").encode("ascii")


def write(jar: Path, entries: dict[str, bytes]) -> None:
    """A zip that is equal, byte for byte, whenever its entries are."""
    with zipfile.ZipFile(jar, "w", zipfile.ZIP_STORED) as archive:
        for name, content in entries.items():
            entry = zipfile.ZipInfo(name, EARLIEST_ZIP_TIME)
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)


def main(arguments: list[str]) -> None:
    """Rebuild the jar beside the source, against the lib folder named or the Flink that pip installed."""
    flink_lib = Path(arguments[0]) if arguments else installed_lib()
    itself = {"Main-Class": ENTRY_CLASS, "Build-Jdk-Spec": jdk(), "Source-Sha256": source_digest()}
    write(JAR, {"META-INF/MANIFEST.MF": manifest(itself), **compiled(flink_lib)})


def installed_lib() -> Path:
    """The lib folder of the Flink that pip installed."""
    spec = importlib.util.find_spec("pyflink")
    for place in (spec.submodule_search_locations or []) if spec else []:
        return Path(place) / "lib"
    raise SystemExit("no Flink to compile against: name its lib folder, or pip install apache-flink-libraries")


if __name__ == "__main__":
    main(sys.argv[1:])
