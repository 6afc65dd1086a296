"""Huawei Cloud DLI: Flink SQL and jar jobs through the jobs API v1.0.

May know DLI's calls, words and fields; what is the same for every platform that keeps definitions is in
`providers.definitions`. Read `client` first. It stands on `api` (one method a call) over `wire` (envelopes, error
codes), `job` (what DLI reports about a job) with `states` (its words), `spec` (a manifest in DLI's `fields`, there and
back) and `set_fields` (which of them the manifest sets), `changes` (create and update bodies), `validation` and
`compatibility` (what DLI would make of a manifest, and of an edit), `graphs`, and `forms` (settings and `options:`).

https://support.huaweicloud.com/intl/en-us/api-dli/dli_02_0228.html and the pages beside it.
"""
