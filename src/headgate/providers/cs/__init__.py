"""Huawei Cloud Stream (CS): the API that Data Lake Insight (DLI) succeeded, for installations that still answer to it.

Written to the public API reference (last issue 2020-03) and the official Java SDK (huaweicloud-cs-sdk 1.2.4); nobody
has run it against the service, whose successor is `huawei-dli`. `wire` reads what the platform says and `reading` makes
a manifest of it, `writing` makes requests of a manifest and `limits` says what cannot become one; `api` is the calls,
`savepoints` knows which savepoint a job was left with, `starting` and `stopping` are the two effects that take more
than one call, and `adapter` puts them behind the port.
"""
