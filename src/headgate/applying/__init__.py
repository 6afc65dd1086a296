"""Doing it: the only code with effects on a platform.

- `executor`  runs actions side by side and in dependency order
- `steps`     carries out one step and waits for its end; `patience` says how long
- `glance`    looks at the live job again just before its first write; a job that moved since the plan is left alone
- `locking`   keeps two runs off one job
- `memory`    tells the store what is about to be done and what came of it

What is done is what the plan shows: the same steps, in the same order.
"""

from headgate.applying.executor import Executor
from headgate.applying.memory import Memory
from headgate.applying.patience import Patience

__all__ = ["Executor", "Memory", "Patience"]
