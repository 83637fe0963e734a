"""Small-sample bias of local projections, removed to first order."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from econ.arrays import Array
from econ.border import checked
from econ.errors import SpecificationError
from econ.frozen import guarded
from econ.projection import _kernels as kernels
from econ.projection.results import ProjectionResults
from econ.responses.irf import IRF


@guarded
@dataclass(frozen=True, eq=False)
class BiasCorrection:
    """What a bias-corrected projection was made from.

    Parameters
    ----------
    parent : ProjectionResults
        The projection before correction.
    correction : array (H + 1, n, s)
        What was added to its point estimates.
    """

    parent: ProjectionResults = field(repr=False)
    correction: Array = field(repr=False)


@checked
def bias_corrected(results: ProjectionResults) -> IRF:
    """Remove the first-order bias of a least-squares projection.

    Later shocks sit in the error of an h-step projection, and the controls pick them up:
    ``E[b_h] - b_h = - sum_{j=1..h} a_j b_{h-j} / (T_h - k)`` with ``a_j`` the trace of the hat matrix of constant and
    controls at lag j, about ``1 + tr(S(0)^-1 S(j))`` for controls with autocovariances S. The correction runs forward
    from h = 0, where there is no bias. Standard errors stay.

    Parameters
    ----------
    results : ProjectionResults
        Least squares, one impulse, not cumulated.

    Returns
    -------
    IRF
        With the standard errors of ``results``; ``parent`` is a `BiasCorrection`.

    Raises
    ------
    SpecificationError
        With instruments, states, cumulated or multiplier forms: correct the plain responses, then cumulate.

    References
    ----------
    Herbst, E. P. and B. K. Johannsen (2024), Bias in Local Projections, Journal of Econometrics 240(1).

    Examples
    --------
    >>> import pandas as pd
    >>> from econ.projection import LocalProjection
    >>> frame = pd.DataFrame(np.random.default_rng(1).standard_normal((100, 2)), columns=["flow", "yield"])
    >>> results = LocalProjection(frame, response="yield", impulse="flow", lags=1).fit(4)
    >>> bool(bias_corrected(results).point[0, 0, 0] == results.point[0, 0, 0])
    True
    """
    model = results.parent
    if model.instruments or model.state is not None or model.modifier is not None or model.cumulative:
        raise SpecificationError(
            "the bias correction is for least squares without states and cumulation; correct the plain responses, "
            "then cumulate them."
        )
    design = model.design
    traces = kernels.hat_autocovariance(design.basis(), results.horizon)
    point = results.point.copy()
    for h in range(1, results.horizon + 1):
        # traces[1..h] meet the corrected responses h - 1, ..., 0
        added = np.tensordot(traces[1 : h + 1], point[h - 1 :: -1][:h], axes=1)
        point[h] += added / (results.nobs - h - design.columns)
    return replace(
        results.irf, draws=None, origin=None, point=point, parent=BiasCorrection(results, point - results.point)
    )
