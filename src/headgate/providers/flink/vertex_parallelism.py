"""The parallelism of a job, read from that of its vertices. Pure.

Not every vertex follows the job's parallelism: one that gathers everything can only be 1 wide, and a program or a table
may fix the width of an operator. What is left is as wide as the job, or as wide as its own max parallelism allows.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def running(detail: Mapping[str, Any]) -> dict[str, int]:
    """Vertex id to the parallelism it runs with, from `GET /jobs/:id`."""
    return {str(vertex["id"]): int(vertex["parallelism"]) for vertex in detail.get("vertices", ())}


def limits(detail: Mapping[str, Any]) -> dict[str, int]:
    """Vertex id to its max parallelism, from `GET /jobs/:id`; those that can only be 1 wide are left out."""
    found = {str(vertex["id"]): int(vertex["maxParallelism"]) for vertex in detail.get("vertices", ())}
    return {vertex: most for vertex, most in found.items() if most > 1}


def of_job(widths: Mapping[str, int], most: Mapping[str, int], *, known: int, fixed: frozenset[int]) -> int:
    """The parallelism of a job whose vertices were asked to be so wide; `most` are their limits.

    `known` is the last one known, and the answer wherever it explains what is seen. Where somebody gave single vertices
    widths of their own, it is the largest of those.
    """
    scalable = {vertex: width for vertex, width in widths.items() if vertex in most}
    seen = set(scalable.values())
    if len(seen) == 1 and not seen <= fixed:
        return seen.pop()
    strange = {width for vertex, width in scalable.items() if width not in fixed | {min(known, most[vertex])}}
    return max(strange, default=known)


def followers(
    widths: Mapping[str, int], most: Mapping[str, int], *, known: int, fixed: frozenset[int] | None
) -> dict[str, int]:
    """The limits of the vertices that are as wide as their job. Without `fixed`, those that run exactly so wide."""
    exactly = {vertex: limit for vertex, limit in most.items() if widths[vertex] == known}
    if exactly or fixed is None:
        return exactly
    return {vertex: limit for vertex, limit in most.items() if widths[vertex] not in fixed}
