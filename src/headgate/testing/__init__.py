"""For authors of adapters and of tests: platforms that are no platforms. Public; nothing in headgate imports it.

- `contract`   what every provider must keep, as tests to inherit; `bench` what they stand on
- `definition_contract`   the same for a platform that keeps job definitions, in addition
- `server`     a real HTTP server that can be asked to misbehave: the ground of every simulator
- `dinky`, `dli`, `cs`, `foas`   the platforms as their documentation tells them, surprises included
- `huawei`     the signature check of Huawei's gateway, written again
- `memory`     a provider without a platform: the model that planning and applying are tested with
- `operators`  how that model tells state apart
"""
