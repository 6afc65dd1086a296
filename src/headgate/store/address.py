"""Where a store is: the `store:` URL, read once. Its password stays in here and goes to the driver only."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from headgate.store.errors import StoreError

_SHORTEST_MASKED = 4
_HOME = ".headgate"
_FORMS = "sqlite:///PATH (relative to headgate.yaml; sqlite:////PATH is absolute) or postgresql://USER:PASSWORD@HOST/DB"
_HINT = f"`store:` in headgate.yaml, or $HEADGATE_STORE, is {_FORMS}"


@dataclass(frozen=True, slots=True)
class SqliteAddress:
    """A file on this machine. `at_home`: it is in the project's `.headgate/`, which is made where it is not there."""

    path: Path
    at_home: bool = False

    @property
    def shown(self) -> str:
        return str(self.path)


@dataclass(frozen=True, slots=True)
class PostgresAddress:
    """A database on a server. `options` are libpq's own connection parameters (sslmode, ...)."""

    host: str
    port: int | None
    database: str
    user: str
    password: str = field(repr=False)
    options: dict[str, str] = field(repr=False)

    @property
    def shown(self) -> str:
        """The URL without anything that could be a secret."""
        user = f"{self.user}@" if self.user else ""
        port = f":{self.port}" if self.port else ""
        return f"postgresql://{user}{self.host}{port}/{self.database}"

    def without_secrets(self, text: str) -> str:
        """What a driver said, without the password, wherever in the URL it was given.

        One of less than four characters would be masked in the middle of words, and be reported by the gaps.
        """
        secrets = {self.password, *(value for name, value in self.options.items() if "pass" in name.lower())}
        for secret in sorted(secrets, key=len, reverse=True):
            if len(secret) >= _SHORTEST_MASKED:
                text = text.replace(secret, "***")
        return text


Address = SqliteAddress | PostgresAddress


def read_address(url: str, root: Path) -> Address:
    """The address in a `store:` URL; a relative SQLite path is under `root`."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise StoreError("the store is not a URL that can be read", hint=_HINT) from None
    if "%00" in url:
        raise StoreError("the store is not a URL that can be read", hint=_HINT)
    if "@" in parts.path + parts.query or parts.fragment:
        # A "/", "?" or "#" of the password has cut it in two; to show any part could show the password.
        raise StoreError("the store URL has a user or password with characters to be percent-encoded", hint=_HINT)
    match parts.scheme:
        case "sqlite":
            return _sqlite(parts.netloc, unquote(parts.path), parts.query, root)
        case "postgresql" | "postgres":
            return _postgres(parts, port)
        case scheme:
            raise StoreError(f"a store cannot be of the kind {scheme or 'without a scheme'!r}", hint=_HINT)


def _sqlite(host: str, path: str, query: str, root: Path) -> SqliteAddress:
    name = path.removeprefix("/")
    if host or query or not name or name == ":memory:":
        raise StoreError("a sqlite store needs three slashes, the path of a file, and nothing else", hint=_HINT)
    file = (root / name).resolve()
    return SqliteAddress(file, at_home=file.parent == (root / _HOME).resolve())


def _postgres(parts: SplitResult, port: int | None) -> PostgresAddress:
    database = unquote(parts.path).strip("/")
    if not database:
        raise StoreError("a postgresql store needs the name of a database", hint=_HINT)
    return PostgresAddress(
        host=parts.hostname or "",
        port=port,
        database=database,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        options=dict(parse_qsl(parts.query)),
    )
