"""How much of a seller's sale an ally buys: the quantity offset."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from econ import checks
from econ.arrays import Seed
from econ.border import checked
from econ.errors import NotIdentified, SpecificationError
from econ.estimate import Estimate
from econ.infer.form import ReducedForm
from econ.infer.weak import anderson_rubin
from econ.offset._proxy import Moments, is_proxy, proxy_moments
from econ.offset._ratio import METHODS, ratio_estimate
from econ.offset._responses import Source, check_allies, check_unit, joint, shock_of
from econ.responses import Bootstrap, Cell

SETS = ("anderson-rubin", *METHODS)


@checked
def quantity_offset(
    irf: Source,
    seller: str,
    ally: str | Sequence[str],
    *,
    horizon: int = 6,
    level: float = 0.90,
    shock: str | None = None,
    method: str | None = None,
    bootstrap: Bootstrap | None = None,
    rng: Seed = None,
    n_jobs: int = 1,
) -> Estimate:
    """Share of a seller's cumulated sale that an ally buys in response.

    ``rho_h = - sum_{j=0..h} A_j / sum_{j=0..h} C_j`` where A and C are the responses of the ally's and the
    seller's net purchases to the seller's shock: 1 is full replacement, 0 none, a negative value selling
    alongside. The sign and size of the shock cancel. Both flows must be in one unit.

    Parameters
    ----------
    irf : JointResponses or StructuralResults
        An `IRF` with joint draws (a bootstrap or posterior); or an identified VAR (then pass ``bootstrap`` and
        ``rng``, unless it has draws of its own or is a proxy VAR, which needs none); or local projections, summed
        (``cumulative=True``) or not, whose joint covariance serves where there are no draws.
    seller : str
        Response: net purchases of the seller.
    ally : str or sequence of str
        Response: net purchases of the ally, or of several allies, whose purchases are added.
    horizon : int, default 6
        Last period cumulated, included.
    level : float, default 0.90
        Coverage of the set.
    shock : str, optional
        The seller's shock; default the shock named like ``seller``, or the only one.
    method : {"fieller", "anderson-rubin", "delta", "bootstrap"}, optional
        Set of the ratio. ``anderson-rubin``, the default for a proxy VAR and only for it: every ratio r for which the
        instruments do not move ``sum A + r sum C``, valid however weak they are, maybe unbounded or a union.
        ``fieller``, the default otherwise: valid when the seller's response may be zero and the draws are normal,
        which those of a weakly identified shock are not. ``delta`` and ``bootstrap`` (quantiles of the ratio over the
        draws) are columns for comparison.
    bootstrap : MovingBlock or Residual, optional
        How to draw when an identified VAR is given.
    rng : int or SeedSequence, optional
        Seed of those draws.
    n_jobs : int, default 1
        Workers for them.

    Returns
    -------
    Estimate
        ``region`` is the set; ``lower`` and ``upper`` are its ends, infinite where it is unbounded; ``std_error`` is
        the delta method's (of the draws, where there are any).

    Raises
    ------
    SpecificationError
        If seller and ally are the same, the horizon is not within the responses, the method is unknown, or there
        are fewer than 20 draws and no joint covariance; if purchases are known to be in different units.
    UnknownName
        If a response or shock is unknown; suggests the nearest.
    NotIdentified
        If the seller's cumulated response is exactly zero.

    References
    ----------
    Fieller, E. C. (1954), Journal of the Royal Statistical Society B 16(2). The cumulated ratio is the
    multiplier of Ramey, V. A. and S. Zubairy (2018), Journal of Political Economy 126(2). For proxy VARs: Montiel
    Olea, J. L., J. H. Stock and M. W. Watson (2021), Inference in Structural Vector Autoregressions identified with an
    external instrument, Journal of Econometrics 225(1), 74-87, whose set is used with the seller's cumulated response
    in the place of the normalising impact.

    Notes
    -----
    90% sets of a proxy VAR cover in 89.5-90.3% of samples, however weak the instrument. Measured in :doc:`/coverage`.

    A recursive VAR with the seller first calls whatever moves seller and ally in one month a sale. In the calibrated
    market of :class:`econ.simulate.TreasuryMarket` this takes 0.36 off the offset, whatever it is, nearly all of it
    through one shock, pressure on the dollar that makes both sell: :func:`econ.simulate.recursive_bias`.

    Examples
    --------
    >>> from econ.responses import IRF
    >>> point = np.array([[[-1.0], [0.3]], [[-0.5], [0.3]]])  # seller first, then ally; two horizons
    >>> draws = point + 0.05 * np.random.default_rng(1).standard_normal((500, 2, 2, 1))
    >>> irf = IRF(point=point, draws=draws, responses=("cn", "jp"), shocks=("cn",), nobs=300)
    >>> estimate = quantity_offset(irf, seller="cn", ally="jp", horizon=1)
    >>> print(estimate)
    0.400, s.e. 0.054, 90% set [0.31, 0.49]
    """
    allies, horizon, level = check_allies(seller, ally), checks.horizon(horizon), checks.level(level)
    label = f"share of {seller} offset by {' and '.join(allies)} within {horizon} periods"
    turn = np.zeros((2, 1 + len(allies)))
    turn[0, 1:], turn[1, 0] = -1.0, 1.0
    name = shock_of(irf, seller, shock)
    cells = [Cell(horizon, each, name, summed=True) for each in (seller, *allies)]
    _check_method(irf, method)
    check_unit(irf, (seller, *allies))
    if is_proxy(irf) and method in (None, "anderson-rubin"):
        found = instrumented(proxy_moments(irf, cells).turned(turn), cells[0], level=level, label=label)
        if bootstrap is None:
            return found
        drawn = quantity_offset(
            irf, seller, ally, horizon=horizon, shock=shock, method="delta", bootstrap=bootstrap, rng=rng, n_jobs=n_jobs
        )
        return replace(found, std_error=drawn.std_error)
    read = joint(irf, horizon, bootstrap, rng, n_jobs=n_jobs).read(cells)
    _check_moved(read.point[0], cells[0])
    return ratio_estimate(read.turned(turn), method=method or "fieller", level=level, label=label)


def instrumented(moments: Moments, sold: Cell, *, level: float, label: str) -> Estimate:
    """Ratio of two cells of a proxy VAR with its Anderson-Rubin set; ``sold`` is what the second was read from."""
    level = checks.level(level)
    pair = moments.read()
    _check_moved(pair.point[1], sold)
    top, bottom = moments.point
    form = ReducedForm(top, bottom, moments.covariance, moments.squares, moments.nobs, parent=moments.parent)
    region = anderson_rubin(form, level=level)
    plain = ratio_estimate(pair, method="delta", level=level, label=label)
    return replace(plain, lower=region.lower, upper=region.upper, region=region)


def _check_moved(sold: float, cell: Cell) -> None:
    if sold == 0.0:
        raise NotIdentified(
            f"{cell.response!r} does not respond to its own shock within {cell.horizon} periods; nothing to offset."
        )


def _check_method(source: Source, method: str | None) -> None:
    if method is not None:
        checks.choice("method", method, SETS)
    if method == "anderson-rubin" and not is_proxy(source):
        raise SpecificationError(
            "anderson-rubin sets are read off a proxy VAR, VARResults.identify(Proxy(...)), itself; for local "
            "projections with instruments call econ.offset.instrumented_offset."
        )
