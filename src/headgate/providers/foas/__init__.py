"""Alibaba Cloud Realtime Compute with its Blink engine, through the `foas` OpenAPI 2018-11-11.

What makes it unlike the other platforms: only pausing a job and resuming it keeps its state, and that does not carry
every change; there is no savepoint that could be named or restored elsewhere. `keeping` knows which changes are
carried, and `starting` never stops a job that was not to lose its state.

May know the OpenAPI and nothing of planning. Read it in this order: `service` (the calls), `wire` (what they answer),
`states`, `scripts`, `programs`, `properties` and `plans` (a job's texts), `definition` (all of them to a spec and
back), then `keeping`, `starting` and `adapter`. `signing`, `credentials`, `endpoints` and `trouble` are the way to the
service.
"""
