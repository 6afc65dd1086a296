"""A Dinky 1.x server as a simulator, and a Flink behind it that can be looked at from outside.

    with DinkySimulator() as dinky:
        provider = open_it(dinky.url, username=dinky.username, password=dinky.password)
        ...
        assert len(dinky.running("orders")) == 1

It imitates what the source of Dinky 1.0 to 1.2 does, its surprises above all: HTTP 200 for every failure, starts that
are never refused, cancels that lose the state they were asked to save, tenants that are forgotten. It shares no code
with the adapter. `engine` is the Flink, `tables` what Dinky keeps, `envelopes` how it answers, `planner` its SQL,
`lifecycle` what becomes of jobs, `endpoints` what can be asked, `simulator` who may ask.
"""

from headgate.testing.dinky.simulator import DinkySimulator

__all__ = ["DinkySimulator"]
