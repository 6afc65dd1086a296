"""What a platform that keeps job definitions must offer: a few primitive calls, each sent once.

A client reads and writes. It does not decide what a start does next, does not wait until an effect shows and does not
repeat a write: `start_once` decides, and `provider` loops. Any method may raise `ProviderError`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from headgate.errors import Rejected
from headgate.model.health import Graph, Health, SavepointProgress
from headgate.model.live import Kept, Live, Marker
from headgate.model.plan import Change, PlatformVerdict
from headgate.model.spec import JobSpec
from headgate.model.topology import Compiled
from headgate.providers.compiled_form import CompiledForm
from headgate.providers.definitions.definition import Definition
from headgate.providers.definitions.start_once import Wanted
from headgate.providers.definitions.waiter import Patience
from headgate.providers.http import NotFound
from headgate.providers.port import Capabilities


@dataclass(frozen=True, slots=True)
class Traits:
    """How a platform differs from the others, as far as that is data.

    `patience` is how often and how far apart it is looked at until an effect shows. `looks_after_refusal` is how many
    looks a run that was refused gets, in case it was refused because it runs already. `replaces_kind`: a definition of
    another kind is replaced by a new one, else a job never changes its kind. `busy_words` are status words of a running
    job during which it accepts no stop: they are waited for. `failed_stop_words` are those of a job whose last stop
    failed: a new stop has begun once the word is another one.
    """

    patience: Patience = Patience()  # noqa: RUF009 - frozen
    looks_after_refusal: int = 6
    replaces_kind: bool = False
    busy_words: frozenset[str] = frozenset()
    failed_stop_words: frozenset[str] = frozenset()


class Client(Protocol):
    """One target of a platform. `name` is the target's."""

    name: str
    capabilities: Capabilities
    compiled_form: CompiledForm = CompiledForm()
    traits: Traits = Traits()

    # -- looking -------------------------------------------------------------------------------------------------------

    def list(self) -> tuple[Definition, ...]:
        """Every definition of the target, complete or an error; one that runs more than once, once for each run."""

    def candidates(self, wanted: Wanted) -> tuple[Definition, ...]:
        """What a start may be of, as it is now: all definitions of its name, and those of `wanted.known_ids()`.

        Names are compared as the platform compares them. A definition that was created and that the platform's lists do
        not show yet is left out, with all others, until they do: an older draft may be missing from them, too.
        """

    def get(self, definition_id: str) -> Definition:
        """One definition as it is now. Raises `NotFound`."""

    def there(self, definition_id: str) -> Definition | None:
        """The same; None where there is none."""
        try:
            return self.get(definition_id)
        except NotFound:
            return None

    def health(self, definition: Definition) -> Health:
        """How its newest run is doing."""

    def graph(self, definition: Definition) -> Graph:
        """The execution graph of its newest run. Raises `Rejected` where the platform shows none."""
        raise Rejected("this platform shows no execution graph", where=self.name)

    def detail(self, definition: Definition) -> dict[str, Any]:
        """The platform's own words about it, for `status --raw`."""

    def references(self, package: str) -> tuple[str, ...]:
        """The names of all jobs on this target that use a jar or package, sorted."""

    def exists(self, path: str) -> bool | None:
        """Is there a snapshot at this path? None: it cannot be found out before a start."""
        return None

    def kept(self, job: str) -> Kept | None:
        """What storage still says of a job of ours by name. None: this target has no such memory."""
        return None

    def stop_progress(self, definition: Definition) -> SavepointProgress:
        """How far its last stop with savepoint has come."""

    def savepoint_progress(self, definition: Definition, key: str) -> SavepointProgress:
        """How far the savepoint of this key has come."""
        return SavepointProgress()

    # -- what a spec would become --------------------------------------------------------------------------------------

    def unfit(self, spec: JobSpec) -> str:
        """Why the platform cannot run a spec, and what to do instead; empty if it can. Nothing is asked for it."""
        return ""

    def kind(self, spec: JobSpec) -> str:
        """The kind of definition that a spec needs; empty where the platform has no kinds."""
        return ""

    def compile(self, spec: JobSpec) -> Compiled:
        """Check a spec without running it. Raises `Rejected` at the statement that is wrong."""
        return Compiled(why="the platform checks no statement before a start")

    def platform_verdict(self, spec: JobSpec, live: Live | None, changes: tuple[Change, ...]) -> PlatformVerdict:
        """What the platform would make of these changes."""
        return PlatformVerdict()

    def require_state(self, wanted: Wanted, definition: Definition | None) -> None:
        """Raises `Rejected` (snapshot-missing) where the state that a start is to restore is not there for it.

        Called before each write of a start. `definition` None: a new one is about to be created.
        """
        return

    # -- single effects ------------------------------------------------------------------------------------------------

    def create(self, wanted: Wanted, beside: tuple[Definition, ...]) -> str:
        """Create a definition with the marker of the start; it does not run. Its id, empty where the name is taken.

        `beside` are definitions of this job of other kinds, where the platform has kinds.
        """

    def update(self, definition: Definition, spec: JobSpec, marker: Marker, start: Wanted | None = None) -> None:
        """Make a definition equal to a spec, name and marker included; send what differs and nothing else.

        `start` is the start that it is prepared for, None for an update in place: of a definition that runs (raises
        `Rejected` where something differs that the platform changes on a stopped one only), or one that has ended.
        """

    def run(self, definition: Definition, wanted: Wanted, beside: tuple[Definition, ...]) -> bool:
        """Run a definition from what the start restores. True: the answer itself shows that it was started.

        `beside` do not run and go first where the platform would keep them for ever: spare drafts of this start, and
        definitions of this job that are of another kind. Raises `Rejected` only where nothing was started.
        """

    def stop(self, definition: Definition, *, savepoint: bool) -> None:
        """Ask its run to stop, with a savepoint or without one."""

    def delete(self, definition: Definition) -> None:
        """Delete a definition that does not run, and no savepoint. It was looked at just before."""
        raise Rejected(f"{self.name} cannot delete a definition", where=self.name, hint="delete it on the platform")

    def savepoint(self, definition: Definition, key: str) -> None:
        """Ask for a savepoint of a job that continues, unless one of this key was taken."""
        raise Rejected(
            "this platform takes savepoints only as it stops a job",
            where=self.name,
            hint="`state: suspended` stops the job with one, and keeps its state",
        )

    def dispose(self, path: str) -> None:
        """Delete a savepoint. Of one that is gone: nothing."""
        raise Rejected("this platform has no call that deletes a savepoint", where=self.name)

    def close(self) -> None:
        """Release connections and write caches."""
        return
