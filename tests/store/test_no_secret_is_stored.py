"""A store is copied, backed up and looked into: what came from the environment is not in it."""

from __future__ import annotations

from dataclasses import replace

from headgate.model.secret import Secrets
from headgate.model.spec import JobSpec, Sql
from tests.store.given import APPLIED, INTENT, Place, snapshot

SECRET = "hunter2-and-more"
BUCKET = "bucket-of-secrets"
ENVIRONMENT = Secrets({"DB_PASSWORD": SECRET, "BUCKET": BUCKET})


def test_no_value_of_the_environment_reaches_the_database(place: Place):
    """Not by a manifest, nor by what a platform said about it, nor in a path: placeholders are what is written."""
    spec = JobSpec(
        name="orders",
        target="local",
        program=Sql("CREATE TABLE t (a INT) WITH ('password' = '${env:DB_PASSWORD}')"),
        secrets=ENVIRONMENT,
    )
    path = f"s3://{BUCKET}/sp-1"

    with place.open(secrets=ENVIRONMENT) as store:
        store.record(replace(APPLIED, manifest=spec.carried(), restored_from=path))
        store.record(replace(APPLIED, manifest={"deep": [{"url": f"db://u:{SECRET}@h"}], SECRET: 1}))
        intent = store.intend(replace(INTENT, detail={"savepoint": path, "said": f"bad password {SECRET}"}))
        store.conclude(intent, f"failed: {SECRET}", {"said": SECRET})
        store.mark_failing("shop", "orders", "rev-1", f"login with {SECRET} failed")
        store.saw_snapshot(snapshot(path))
        store.ask_disposal(snapshot(path))
        store.disposal_failed("shop", path, f"no access to {BUCKET}")
        store.acquire("shop", "orders", f"ci with {SECRET}", ttl=30)

        written = place.written()

    assert b"${env:DB_PASSWORD}" in written
    assert SECRET.encode() not in written
    assert BUCKET.encode() not in written


def test_what_is_used_is_given_back_as_it_was(place: Place):
    """A savepoint is restored from its path, not from a placeholder."""
    path = f"s3://{BUCKET}/sp-1"
    with place.open(secrets=ENVIRONMENT) as store:
        store.saw_snapshot(snapshot(path))
        store.saw_snapshot(snapshot(path))
        store.saw_snapshot(snapshot("s3://sp/2", 2))
        store.intend(replace(INTENT, detail={"savepoint": path}))
        store.record(replace(APPLIED, restored_from=path, manifest={"a": "${env:DB_PASSWORD}"}))

        assert [each.path for each in store.snapshots("shop", "orders")] == ["s3://sp/2", path]
        assert store.unfinished("shop")[0].detail == {"savepoint": path}
        assert store.history("shop", "orders")[0].restored_from == path
        assert store.history("shop", "orders")[0].manifest == {"a": "${env:DB_PASSWORD}"}
        assert store.to_dispose("shop", "orders", 1, set()) == ()

        store.ask_disposal(snapshot(path))
        assert store.disposals("shop")[0].path == path
        store.disposed("shop", path)
        assert store.disposals("shop") == ()


def test_any_text_of_a_platform_can_be_kept(place: Place):
    """Half a surrogate pair, a NUL, an emoji: an error message must not become another error."""
    with place.open() as store:
        store.mark_failing("shop", "orders", "rev-1", "\ud800 and \0 and \N{GRINNING FACE}")
        store.intend(replace(INTENT, detail={"said": "\udfff\0"}))

        failing = store.failing("shop", "orders")

    assert failing is not None
    assert failing.why.endswith("and \N{GRINNING FACE}")
