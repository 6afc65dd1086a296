"""Doing it: the only code with effects on a platform.

- `executor`  runs actions side by side and in dependency order
- `steps`     carries out one step and returns what it came to
- `step_results`  what steps came to: frozen values, which the executor folds
- `savepoint_waits`  waits for a stop or a cancel, `settle` until a job is healthy; `patience` says how long
- `step_errors`  the errors of steps that did not reach their end
- `live_checks`   looks at the live job again just before its first write, and after its last; `shared_observation`
  shares the look
- `failed_start`  looks at what a start that did not settle has left; `planning.rollback` decides what to do about it
- `locking`   keeps two runs off one job
- `memory`    writes to the store what is about to be done and what came of it
- `history_records`  what goes into the history of a job

What is done is what the plan shows: the same steps, in the same order.
"""

from headgate.applying.executor import Executor
from headgate.applying.memory import Memory
from headgate.applying.patience import Patience

__all__ = ["Executor", "Memory", "Patience"]
