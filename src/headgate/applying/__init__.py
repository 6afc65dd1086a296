"""Doing it: the only code with effects on a platform.

`memory` tells the store what is about to be done and what came of it; `glance` looks again before a job's first write;
`executor` runs actions side by side and in dependency order, `steps` carries out one step and waits for its end,
`patience` says how long. What is done is what the plan shows: the same steps, in the same order; live state is read
again before the first write of every job, and a job that moved since the plan is left alone.
"""

from headgate.applying.executor import Executor
from headgate.applying.memory import Memory
from headgate.applying.patience import Patience

__all__ = ["Executor", "Memory", "Patience"]
