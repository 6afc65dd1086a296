"""Bodies of multipart/form-data: what the calls for jar jobs take, every field a part.

Made here and not by the HTTP client, because the signature covers the Content-Type, which tells the boundary.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from headgate.providers.cs.spec import word


def form(values: Mapping[str, Any], jar: Path | None = None) -> tuple[str, bytes]:
    """The Content-Type, and a body: every field a text part, the jar a file. Raises OSError if that cannot be read."""
    boundary = f"headgate-{uuid.uuid4().hex}"
    parts = [_part(boundary, f'name="{key}"', word(value).encode()) for key, value in values.items()]
    if jar is not None:
        name = jar.name.encode("ascii", "replace").decode().replace('"', "_").replace("\\", "_")
        kind = "\r\nContent-Type: application/java-archive"
        parts.append(_part(boundary, f'name="jar"; filename="{name}"{kind}', jar.read_bytes()))
    return f"multipart/form-data; boundary={boundary}", b"".join(parts) + f"--{boundary}--\r\n".encode()


def _part(boundary: str, disposition: str, content: bytes) -> bytes:
    return f"--{boundary}\r\nContent-Disposition: form-data; {disposition}\r\n\r\n".encode() + content + b"\r\n"
