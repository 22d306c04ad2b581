"""The piecewise-linear program of concave curves: a column for each of a channel's equal segments."""

import numpy as np
from scipy.optimize import linprog

from curves import Curves


def build(curves: Curves, low: np.ndarray, high: np.ndarray, total: float, segments: int) -> dict:
    """The arguments of linprog: segments from each channel's low, whose slopes fall because the curves are concave."""
    knots = np.linspace(low, high, segments + 1)
    widths = np.diff(knots, axis=0)
    slopes = np.diff(curves.response(knots), axis=0) / widths
    return {
        "c": -slopes.ravel(),
        "A_eq": np.ones((1, slopes.size)),
        "b_eq": np.array([total - low.sum()]),
        "bounds": np.column_stack([np.zeros(slopes.size), widths.ravel()]),
    }


def solve(program: dict, low: np.ndarray) -> np.ndarray:
    """The spends by channel. Raises RuntimeError with SciPy's message where there are none."""
    found = linprog(**program, method="highs")
    if found.x is None:
        raise RuntimeError(f"linprog found no allocation: {found.message}")
    return low + found.x.reshape(-1, low.size).sum(axis=0)
