"""Estimate a VECM: at a rank, or given its cointegrating vectors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from econ.arrays import Array, Mask
from econ.errors import NotIdentified, SpecificationError
from econ.var import _kernels as algebra
from econ.var.cointegration import _given_kernels as given
from econ.var.cointegration import _kernels as kernels
from econ.var.cointegration.levels import CointegratedVARResults
from econ.var.cointegration.results import VECMResults

if TYPE_CHECKING:
    from econ.var.cointegration.model import VECM
    from econ.var.reduced.results import VARResults

LEAST = 1e-8  # share of its length that a vector must have in the variables that it is normalised on


def sample(model: VECM, lags: int) -> tuple[Array, kernels.Layout]:
    """[Z2, Z1, Z0] of the data, (T, m2 + n1 + n), and where everything stands."""
    where = model.layout(lags)
    values = model.parent.frame.to_numpy(dtype=float)
    return kernels.window(values, model.levels.term_values(lags), lags) @ where.selection, where


def reduced_rank(model: VECM, base: VARResults, rank: int, *, free: bool = False) -> VECMResults:
    """Maximum likelihood at a ``rank`` from 0 to n, ``base`` being the VAR in levels; β as it comes if ``free``."""
    z, where = sample(model, base.lags)
    found = kernels.canonical(kernels.data_factor(z), where)
    beta = found.beta[0, :, :rank] if free else normalised(model, found.beta[0, :, :rank], rank)
    return given_vectors(model, base, beta, eigenvalues=found.eigenvalues[0])


def normalised(model: VECM, beta: Array, rank: int) -> Array:
    """β (n1, r) with the identity in the rows of the variables that it is normalised on."""
    names = model.variables[:rank] if model.normalise is None else tuple(model.normalise)
    if len(names) != rank:
        raise SpecificationError(f"rank {rank} is normalised on {rank} variables; found {list(names)}.")
    if rank == 0:
        return beta
    where, n = [model.variables.index(name) for name in names], len(model.variables)
    span = np.linalg.qr(beta[:n] * model.parent.frame.to_numpy(dtype=float).std(axis=0)[:, None])[0]
    if np.linalg.svd(span[where], compute_uv=False)[-1] < LEAST:
        raise NotIdentified(
            f"the cointegrating vectors cannot be normalised on {list(names)}: no independent combination of them "
            "holds these variables; pass normalise= with others."
        )
    out = np.linalg.solve(beta[where].T, beta.T).T
    out[where] = np.eye(rank)
    return np.asarray(out)


def given_vectors(
    model: VECM,
    base: VARResults,
    beta: Array,
    *,
    eigenvalues: Array,
    silent: Mask | None = None,
    held: bool = False,
    removed: int = 0,
) -> VECMResults:
    """Maximum likelihood given β (n1, r), with rows of α that are zero where ``silent``."""
    z, where = sample(model, base.lags)
    quiet = np.zeros(where.n, dtype=bool) if silent is None else silent
    z2, z1, z0 = np.split(z, [where.free, where.free + where.inside], axis=1)
    ordered = np.hstack([z2, z0[:, quiet], z1 @ beta, z0[:, ~quiet]])
    psi, alpha, _ = given.estimates(kernels.data_factor(ordered), where, quiet)
    x, columns = np.hstack([z2, z1 @ beta]), list(model.variables)
    inverse = algebra.least_squares(x, z0)[1] if x.shape[1] else np.zeros((0, 0))
    spread = kernels.level_map(where, beta)
    rows = kernels.level_rows(where, psi, alpha @ beta.T)[0]
    residuals = z0 - x @ np.vstack([psi[0], alpha[0].T])
    levels = CointegratedVARResults(
        parent=base.parent,
        lags=base.lags,
        params=pd.DataFrame(rows, index=model.levels.regressors(base.lags), columns=columns),
        residuals=pd.DataFrame(residuals, index=base.residuals.index, columns=columns),
        cross_inverse=spread @ inverse @ spread.T,
        vecm=model,
        rank=beta.shape[1],
        beta=beta,
        silent=quiet,
        held=held,
        removed=removed,
    )
    return _results(levels, eigenvalues, alpha[0], psi=psi[0], inverse=inverse)


def _results(
    levels: CointegratedVARResults, eigenvalues: Array, alpha: Array, *, psi: Array, inverse: Array
) -> VECMResults:
    """The estimates with their names."""
    model, columns = levels.vecm, list(levels.variables)
    labels = [f"ec{number + 1}" for number in range(levels.rank)]
    return VECMResults(
        parent=model,
        levels=levels,
        eigenvalues=eigenvalues,
        alpha=pd.DataFrame(alpha, index=columns, columns=labels),
        beta=pd.DataFrame(levels.beta, index=list(model.inside), columns=labels),
        gamma=pd.DataFrame(psi, index=model.outside(levels.lags), columns=columns),
        cross_inverse=inverse,
    )
