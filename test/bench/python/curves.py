"""Response curves of a problem, all channels at once: spends and responses are arrays by channel index."""

import numpy as np


class Curves:
    """The curves that the benchmark's problems have: hill, logistic and michaelis-menten, by the app's formulas."""

    def __init__(self, curves: list[dict]):
        known = {"hill", "logistic", "michaelis-menten"}
        unknown = sorted({curve["type"] for curve in curves} - known)
        if unknown:
            raise ValueError(f"curve types {unknown} are not known here: use one of {sorted(known)}")
        self.scale = np.array([curve["scale"] for curve in curves])
        self.is_logistic = np.array([curve["type"] == "logistic" for curve in curves])
        self.rate = np.array([curve.get("rate", 0.0) for curve in curves])
        self.half = np.array([curve.get("halfSaturation", 1.0) for curve in curves])
        self.slope = np.array([curve.get("slope", 1.0) for curve in curves])
        self.has_slopes = bool((self.slope != 1).any())
        self.power = self.half**self.slope

    def response(self, spend: np.ndarray) -> np.ndarray:
        """By channel; spend may have more axes before the last."""
        raised = spend**self.slope if self.has_slopes else spend
        saturated = raised / (raised + self.power)
        if not self.is_logistic.any():
            return self.scale * saturated
        decay = np.exp(-self.rate * spend)
        return self.scale * np.where(self.is_logistic, (1 - decay) / (1 + decay), saturated)

    def response_and_gradient(self, spend: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        if self.has_slopes:
            steep = spend ** (self.slope - 1)
            raised = steep * spend
        else:
            steep, raised = 1.0, spend
        below = raised + self.power
        saturated = raised / below
        gradient = self.slope * steep * self.power / below**2
        if self.is_logistic.any():
            decay = np.exp(-self.rate * spend)
            saturated = np.where(self.is_logistic, (1 - decay) / (1 + decay), saturated)
            gradient = np.where(self.is_logistic, 2 * self.rate * decay / (1 + decay) ** 2, gradient)
        return self.scale * saturated, self.scale * gradient
