"""Doing it: the only code with effects on a platform.

`executor` runs actions side by side and in dependency order, `steps` carries out one step and waits for its end,
`patience` says how long. What is done is what the plan shows: the same steps, in the same order; live state is read
again before the first write of every job, and a job that moved since the plan is left alone.
"""

from headgate.applying.executor import Executor
from headgate.applying.patience import Patience

__all__ = ["Executor", "Patience"]
