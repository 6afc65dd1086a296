"""Platforms that keep job definitions: one reconciler for all of them, over the few calls that each one offers.

Dinky, DLI, Cloud Stream and foas keep a job as a definition with a lasting id that is run, stopped, changed and run
again. What is the same for all of them is written here once. What differs is data, or a small method of the client.

- `client`       what a platform must offer; `definition`: what it reports
- `start_once`   which step a start takes next: ten rules in order, pure
- `provider`     the whole port over a client
- `ownership`    which jobs are ours, and which of several the name of a job stands for; the flink provider uses it too
- `last_applied` the marker, and what a platform cannot report, as text in a description or note
- `waiter`       looking again until something shows
- `paging`       every page of a list, or `Unavailable`
- `graph_nodes`  the nodes of an execution graph, as far as they can be read

How to add a provider: a folder with `client.py` (a subclass of `Client`, and an `open_...` function that returns a
`DefinitionProvider` over it), `wire.py` (answers), `spec.py` (a manifest as fields and back), `states.py` (status
words), `forms.py` (the target's settings, a manifest's options); one line in `registry.py`; a simulator; and one class
of tests that inherits `headgate.testing.DefinitionContract`. `tests/providers/definitions/toy_platform.py` is a whole
one. What the platform cannot report is a fact beside the marker (`last_applied`), never a file of ours.
"""
