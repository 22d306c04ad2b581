"""
Solves problems as the peers do and times it: one JSON object a line in, one a line out, until the input ends.

in:  {"method": "slsqp" | "linprog" | "grid", "problem": the app's problem, "segments": n, "unit": n,
      "limitSeconds": n, "repeatSeconds": n, "mostRepeats": n}
out: {"milliseconds": the median, "allocation": spends by channel index, "message": text}, or {"error": text}.

What a peer prepares once for many solves is not timed: the compiled objective, the linear program, the grid.
"""

import json
import math
import sys
import time

import numpy as np
from scipy.optimize import minimize

import piecewise
from curves import Curves


class Late(Exception):
    """The limit passed within a solve."""


def slsqp(curves, low, high, total, ask):
    """
    PyMC-Marketing 0.19.2, mmm/budget_optimizer.py: money as it is, an equal split to start from, the objective with its
    gradient, bounds, the sum as an equality, ftol 1e-9 and at most 1,000 iterations. ftol is absolute, so the time
    depends on the unit of the response: `unit` is by how much spends and responses are divided.
    """
    unit = ask["unit"]
    size = low.size
    ones = np.ones(size)
    late = time.perf_counter() + ask["limitSeconds"]

    def objective(spend):
        if time.perf_counter() > late:
            raise Late()
        # Between its steps SLSQP may leave the bounds by a rounding: a power of a spend below 0 would be no number
        responses, gradient = curves.response_and_gradient(np.maximum(spend * unit, 0))
        return -responses.sum() / unit, -gradient

    sums = {"type": "eq", "fun": lambda spend: spend.sum() - total / unit, "jac": lambda spend: ones}
    bounds = list(zip(low / unit, high / unit))

    def run():
        found = minimize(
            objective,
            x0=ones * (total / unit / size),
            jac=True,
            bounds=bounds,
            constraints=[sums],
            method="SLSQP",
            options={"ftol": 1e-9, "maxiter": 1000},
        )
        return found.x * unit, found.message

    return run


def linprog(curves, low, high, total, ask):
    program = piecewise.build(curves, low, high, total, ask["segments"])
    return lambda: (piecewise.solve(program, low), "optimal")


def grid(curves, low, high, total, ask):
    """
    After Meridian 2.1.0, analysis/optimizer.py: spends on a grid whose step is a power of ten below a thousandth of the
    budget (gtol 1e-4), then again and again the point of the whole grid with the highest return on the spend added,
    until the budget would be passed. The grid is made before; here it keeps within the true bounds.
    """
    tolerance = total * 1e-4
    step = 10.0 ** (int(math.log10(tolerance)) + 1) if tolerance >= 1 else 1.0
    counts = np.floor((high - low) / step).astype(int)
    rows = np.arange(counts.max() + 1)[:, None]
    spends = np.where(rows <= counts, low + rows * step, np.nan)
    responses = curves.response(np.where(np.isnan(spends), low, spends))

    def run():
        at = low.copy()
        returns = (responses[1:] - responses[0]) / (spends[1:] - spends[0])
        while not np.isnan(returns).all():
            row, channel = np.unravel_index(np.nanargmax(returns), returns.shape)
            before = at[channel]
            at[channel] = spends[row + 1, channel]
            if at.sum() > total:
                at[channel] = before
                break
            returns[: row + 1, channel] = np.nan
            added = spends[row + 2 :, channel] - at[channel]
            returns[row + 1 :, channel] = (responses[row + 2 :, channel] - responses[row + 1, channel]) / added
        return at, f"step {step:g}"

    return run


METHODS = {"slsqp": slsqp, "linprog": linprog, "grid": grid}


def answer(ask):
    channels = ask["problem"]["channels"]
    low = np.array([float(channel["min"]) for channel in channels])
    high = np.array([float(channel["max"]) for channel in channels])
    curves = Curves([channel["curve"] for channel in channels])
    run = METHODS[ask["method"]](curves, low, high, float(ask["problem"]["total"]["amount"]), ask)
    times = []
    until = time.perf_counter() + ask["repeatSeconds"]
    while not times or (time.perf_counter() < until and len(times) < ask["mostRepeats"]):
        begun = time.perf_counter()
        try:
            spend, message = run()
        except Late:
            return {"error": f"stopped after {ask['limitSeconds']} s"}
        times.append(time.perf_counter() - begun)
    return {"milliseconds": float(np.median(times)) * 1000, "allocation": spend.tolist(), "message": str(message)}


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
