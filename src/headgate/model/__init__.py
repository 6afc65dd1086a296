"""What we talk about: frozen values and closed enums, standard library only.

Everything above speaks in these words. Nothing here reads a file, opens a socket, looks at a clock or decides.

- `spec`      desired: one job as git asks for it, resolved and normalised, with its revision
- `secret`    values from the environment that must never be shown
- `live`      observed: what a target said about a job, or why it could not be believed
- `topology`  the operators of a job and what their state depends on
- `plan`      actions, steps, changes, verdicts: the vocabulary of planning and applying
- `health`    what settling looks at; `graph` what `headgate graph` draws
- `packages`  jars, and the jobs that use them; `import_result` what an import made of the jobs of a target
- `configuration`  Flink options compared by value
"""
