"""Covariance of several coefficients from their influence functions, by the name of the method."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from econ import checks
from econ.arrays import Array
from econ.infer import _kernels as k
from econ.infer.covariance import KINDS, check_lags, check_terms, ewc_terms, group_codes
from econ.infer.regression import default_lags

ROBUST = (*KINDS, "hac", "ewc", "cluster")


def joint_covariance(
    psi: Array,
    *,
    cov: str,
    bandwidth: int | None = None,
    groups: Any = None,
    columns: int = 0,
    basis: Array | None = None,
) -> tuple[Array, float]:
    """Covariance of ``sum_t psi_t`` and the degrees of freedom of its t statistics.

    Parameters
    ----------
    psi : array (T, p)
        Influence functions, possibly of several equations with the same regressors; without groups also those of many
        samples, (..., T, p), which give as many covariances.
    cov : {"hac", "ewc", "hc0", "hc1", "hc2", "hc3", "cluster"}
        Method.
    bandwidth : int, optional
        Bartlett lags of "hac" (default ``0.75 T^(1/3)``, rounded up) or cosines of "ewc".
    groups : array (T,), optional
        For "cluster".
    columns : int
        Regressors of each equation, for the small-sample factors of "hc1" and "cluster".
    basis : array (T, columns), optional
        Orthonormal regressors, for the leverages of "hc2" and "hc3".

    Returns
    -------
    covariance : array (p, p)
    df : float
        ``inf`` means the normal.

    Raises
    ------
    SpecificationError
        If ``cov`` is unknown.
    """
    size = psi.shape[-2]
    cov = checks.choice("robust covariance", cov, ROBUST)
    if cov == "hac":
        lags = default_lags(size) if bandwidth is None else bandwidth
        return k.bartlett(psi, check_lags(lags, size)), math.inf
    if cov == "ewc":
        terms = check_terms(ewc_terms(size) if bandwidth is None else bandwidth, size)
        return k.cosine(psi, terms), float(terms)
    if cov == "cluster":
        codes = group_codes(groups, size)
        count = int(codes.max()) + 1
        sums = k.by_group(psi, codes)
        return sums.T @ sums * (count / (count - 1.0) * (size - 1.0) / (size - columns)), float(count - 1)
    if cov in ("hc2", "hc3") and basis is not None:
        room = 1.0 - (basis * basis).sum(axis=1)
        psi = psi / (np.sqrt(room) if cov == "hc2" else room)[:, None]
    factor = size / (size - columns) if cov == "hc1" else 1.0
    return k.bartlett(psi, 0) * factor, math.inf
