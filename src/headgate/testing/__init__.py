"""For authors of adapters and of tests: platforms that are no platforms. Public; nothing in headgate imports it.

`memory.MemoryPlatform` is a provider in memory: a model of what the port promises, with the failures a test asks for.
"""
