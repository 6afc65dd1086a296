"""Huawei Cloud DLI: Flink SQL and jar jobs through the jobs API v1.0.

May know DLI's calls, words and fields; must not plan, print or decide. DLI keeps definitions: a job is created as a
draft, run, stopped, changed and run again under one id. Read `adapter` first: the port, method by method. It leans on
`jobs` (one method a call) over `wire` (envelopes, error codes, complete paging), `definition` (what DLI tells about a
job) with `states` (its words), `fields` (a manifest's fields in DLI's, there and back) and `signs` (what the
description carries), `starting` and `stopping` (the effects that take more than one call), `prospects` (what DLI would
make of an edit), `graphs`, and `forms` (what headgate.yaml and `options:` may say).
"""
