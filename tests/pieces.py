"""Pieces of work for engines: they must be importable by other processes."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import numpy as np

from models.evaluation import Dimension, Evaluation


def square(piece):
    if piece == "bad":
        raise ValueError("bad piece")
    return piece * piece


def spectrum(seed):
    """Numbers whose last bits depend on how a numerical library works."""
    rng = np.random.default_rng(seed)
    matrix = rng.normal(size=(40, 40))
    return np.linalg.eigvalsh(matrix @ matrix.T).tobytes()


def dies_once(piece):
    """Kills its process the first time it is asked."""
    number, folder = piece
    mark = Path(folder) / f"died-{number}"
    if number == 3 and not mark.exists():
        mark.write_text("")
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def always_dies(piece):
    """One piece kills every process that works on it."""
    if piece == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return piece


class DiesOnce:
    """A model that kills its process the first time that it is asked in another one."""

    def __init__(self, folder):
        self.folder, self.home = folder, os.getpid()

    def __call__(self, X):
        mark = Path(self.folder) / "died"
        if os.getpid() != self.home and not mark.exists():
            mark.write_text("")
            os.kill(os.getpid(), signal.SIGKILL)
        return Evaluation(
            X, X, -np.ones((len(X), 1)), constraints=("none",), dimensions=(Dimension("x", "", "lower"),)
        )


def process(_):
    """Which process does the work."""
    return os.getpid()


def threads(_):
    """How many threads the numerical libraries of a worker may use."""
    return os.environ.get("OMP_NUM_THREADS"), os.environ.get("OPENBLAS_NUM_THREADS")


def slow(piece):
    """Takes a moment: something can happen meanwhile."""
    time.sleep(0.3)
    return piece
