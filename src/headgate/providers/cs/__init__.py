"""Huawei Cloud Stream (CS): the API that Data Lake Insight (DLI) succeeded, for installations that still answer to it.

Written to the public API reference (last issue 2020-03) and the official Java SDK (huaweicloud-cs-sdk 1.2.4); nobody
has run it against the service, whose successor is `huawei-dli`. `client` is what `providers.definitions` asks of the
platform, over the calls in `api`; `wire` reads an answer and `spec` a manifest out of it, and back into requests;
`validation` says what cannot become one and what becomes of state, and `savepoints` knows which savepoint a job was
left with.

- Job API, by page: https://support.huaweicloud.com/intl/en-us/api-cs/cs_02_0024.html and those that follow
- SDK: https://github.com/huaweicloud/huaweicloud-cs-sdk
"""
