"""Many tests at once: which findings stand if, of those called, at most a tenth may be false."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from leitstern.insight.leads.whiten import Array

#: Share of false findings that is promised, and what the procedure is run at to keep the promise. Whitening
#: in short series leaves small p-values a little too often; see bench/decision_quality/results/leads.md.
FALSE_SHARE, RUN_AT = 0.10, 0.07


def adjusted(p_values: Array) -> Array:
    """p-values corrected for their number (Benjamini and Hochberg 1995, step up); NaN is not counted."""
    q = np.full(len(p_values), np.nan)
    tested = np.flatnonzero(~np.isnan(p_values))
    order = tested[np.argsort(p_values[tested], kind="stable")]
    rank = np.arange(1, len(order) + 1)
    stepped = np.minimum.accumulate((p_values[order] * len(order) / rank)[::-1])[::-1]
    q[order] = np.minimum(stepped, 1.0)
    return q


def stand(p_values: Array) -> NDArray[np.bool_]:
    """Which findings stand, so that on average at most ``FALSE_SHARE`` of them are false."""
    return np.asarray(np.nan_to_num(adjusted(p_values), nan=1.0) <= RUN_AT)
