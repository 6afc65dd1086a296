"""Alibaba Cloud Realtime Compute with its Blink engine, through the `foas` OpenAPI 2018-11-11.

What makes it unlike the other platforms: only pausing a job and resuming it keeps its state, and that does not carry
every change; there is no savepoint that could be named or restored elsewhere. `compatibility` knows which changes are
carried, and `client` never ends a job that was not to lose its state.

May know the OpenAPI and nothing of planning. Read it in this order: `project_calls` (the calls), `wire` (their
answers), `states`, `scripts`, `programs`, `properties` and `plan_json` (a job's texts), `spec` (all of them to a spec
and back), then `validation`, `compatibility`, `saved_job`, `pauses` and `client`. `opening`, `signing`, `credentials`,
`endpoints` and `refused_requests` are the way to the service.

The service's SDK is https://github.com/aliyun/aliyun-openapi-python-sdk/tree/master/aliyun-python-sdk-foas, and its
documentation, frozen in 2021, is https://github.com/AlibabaCloudDocs/sc.
"""
