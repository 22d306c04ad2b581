"""
The least service in the deployment guide's stack: FastAPI on uvicorn, SciPy's linprog (HiGHS) on the piecewise-linear
program. It takes the app's requests with inline curves and a total, and stores nothing. Arguments: port, path, segments.
"""

import logging
import sys

import numpy as np
import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel

import piecewise
from curves import Curves


class Bounds(BaseModel):
    min: float = 0.0
    max: float


class Constraints(BaseModel):
    total: float
    channels: dict[str, Bounds]


class Curve(BaseModel):
    type: str
    scale: float
    rate: float | None = None
    halfSaturation: float | None = None
    slope: float | None = None


class Request(BaseModel):
    budget: dict[str, float]
    constraints: Constraints
    curves: dict[str, Curve]


class Answer(BaseModel):
    allocation: dict[str, float]
    response: float


port, path, segments = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
app = FastAPI()


# On the event loop: handed to threads, the same work holds the interpreter's lock and takes longer
@app.post(path)
async def optimize(request: Request) -> Answer:
    names = list(request.budget)
    bounds = [request.constraints.channels[name] for name in names]
    low = np.array([bound.min for bound in bounds])
    high = np.array([bound.max for bound in bounds])
    curves = Curves([request.curves[name].model_dump(exclude_none=True) for name in names])
    spend = piecewise.solve(piecewise.build(curves, low, high, request.constraints.total, segments), low)
    return Answer(allocation=dict(zip(names, spend.tolist())), response=float(curves.response(spend).sum()))


# The guide's setting: no access log
logging.getLogger("uvicorn.access").setLevel(logging.WARNING)
uvicorn.run(app, host="127.0.0.1", port=port, loop="uvloop", http="httptools", access_log=False, log_level="warning")
