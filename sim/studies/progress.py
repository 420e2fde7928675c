"""Bars of progress, without the lock between processes that they would bring: only one process draws them.

That lock is watched by a process of Python's own, which a closed terminal ends with a traceback.
"""

from __future__ import annotations

import threading

from tqdm import tqdm

tqdm.set_lock(threading.RLock())

__all__ = ["tqdm"]
