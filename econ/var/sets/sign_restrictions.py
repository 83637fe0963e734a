"""`SignRestrictions`: shocks known by what they do, not by one matrix."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from econ import checks
from econ.arrays import Seed
from econ.border import told_by, warn
from econ.errors import EconWarning, NoAdmissibleDraw, NotConverged, SpecificationError
from econ.frozen import guarded
from econ.parallel import map_blocks, seed_sequence
from econ.var.reduced.draws import ReducedDraws
from econ.var.sets import _set_kernels as set_kernels
from econ.var.sets.candidates import ReducedForms
from econ.var.sets.narrative import Narrative, NarrativeCheck, ShockContribution, ShockSign
from econ.var.sets.proxy_column import ProxyColumn
from econ.var.sets.restrictions import Restrictions, check_variables, read_restrictions
from econ.var.sets.robust_bounds import robust_bounds
from econ.var.sets.rotations import Accepted, RotationSampler
from econ.var.sets.set_identified import SetIdentified

if TYPE_CHECKING:
    from econ.var.reduced.results import VARResults
    from econ.var.sets.robust_bounds import RobustBounds
KINDS = ("posterior", "point")
FEW, TOO_FEW = 0.10, 0.01  # effective share of the draws below which weights get a warning, or an error


@guarded
@dataclass(frozen=True, eq=False)
class SignRestrictions:
    """Set identification by signs, zeros, bounds on ratios, and history.

    With C the Cholesky factor of Σ every admissible impact matrix is C Q, Q orthogonal. Reduced forms are drawn from
    their posterior, rotations uniformly (Haar), jointly; pairs that meet every restriction are kept. With zeros each
    column is drawn uniformly given its zeros, and draws are resampled by the importance weights of Arias,
    Rubio-Ramírez and Waggoner (2018); with narrative contributions by those of Antolín-Díaz and Rubio-Ramírez (2018).

    Parameters
    ----------
    restrictions : mapping of str to mapping
        ``{"shock": {"variable": "+", "other": ("-", range(0, 6))}}``: signs of responses; a bare sign means horizon 0;
        horizons may be an integer, several, or ``"long-run"``; a list gives several. Shocks not named stay
        unrestricted and are not reported.
    zeros : mapping, optional
        ``{"shock": {"variable": 0}}``: horizon (or horizons, or ``"long-run"``) at which the response is zero.
    narrative : sequence of ShockSign and ShockContribution, optional
        What is known about the shocks at dates.
    elasticity : mapping, optional
        ``{"shock": {("quantity", "price"): (0.0, 0.1)}}`` bounds the ratio of two impact responses;
        ``{"shock": {"quantity": (0.0, 2.0)}}`` bounds one, in its units per standard deviation of the shock.
    proxy : mapping of str to Series, optional
        ``{"shock": instrument}``: one shock whose column an external instrument gives, see
        :class:`econ.var.sets.proxy_column.ProxyColumn`; the instrument orients it, its signs are only checked, and
        the other columns are drawn orthogonal to it. Cannot be combined with zeros.
    draws : int, default 1000
        Admissible draws wanted.
    reduced_form : {"posterior", "point"}
        Draw the reduced form too (from a `BayesianVAR` its own draws, else the posterior under p(B, Σ) ∝
        det(Σ)^(-(n + 1) / 2)), or keep it at the estimate.
    tries : int, default 1,000,000
        Candidates after which the search ends.
    target_horizon : int, default 12
        The median target is the draw nearest to the medians of the responses up to here.
    n_jobs : int, default 1
        Threads; the draws do not depend on them.

    Raises
    ------
    SpecificationError
        For words that mean nothing and for restrictions that contradict each other, which are named.

    Notes
    -----
    Bands over the draws describe the prior on rotations as well as the data, however long the sample: see
    :meth:`robust_bounds` for what the data and the restrictions alone say. So 90% bands need not cover in 90% of
    samples. Measured in :doc:`/coverage`. Zero-restriction weights use Σ in units of the residual standard deviations,
    which makes them independent of the units of the data.

    References
    ----------
    Uhlig, H. (2005), What are the effects of monetary policy on output? Results from an agnostic identification
    procedure, Journal of Monetary Economics 52(2), 381-419.
    Rubio-Ramírez, J. F., D. F. Waggoner and T. Zha (2010), Structural Vector Autoregressions: Theory of Identification
    and Algorithms for Inference, Review of Economic Studies 77(2), 665-696.
    Arias, J. E., J. F. Rubio-Ramírez and D. F. Waggoner (2018), Inference Based on Structural Vector Autoregressions
    Identified With Sign and Zero Restrictions: Theory and Applications, Econometrica 86(2), 685-720.
    Antolín-Díaz, J. and J. F. Rubio-Ramírez (2018), Narrative Sign Restrictions for SVARs, American Economic Review
    108(10), 2802-2829.
    Braun, R. and R. Brüggemann (2023), Identification of SVAR Models by Combining Sign Restrictions With External
    Instruments, Journal of Business and Economic Statistics 41(4), 1077-1089.
    Kilian, L. and D. P. Murphy (2012), Why Agnostic Sign Restrictions Are Not Enough: Understanding the Dynamics of Oil
    Market VAR Models, Journal of the European Economic Association 10(5), 1166-1188.

    Examples
    --------
    >>> from econ.testing import simulated_var
    >>> from econ.var import VAR
    >>> fit = VAR(simulated_var(periods=200, rng=1), lags=1).fit()
    >>> svar = fit.identify(SignRestrictions({"demand": {"x": "+", "y": ("+", range(0, 3))}}, draws=200), rng=1)
    >>> svar.draws.shape, bool((svar.draws > 0).all())
    ((200, 2, 1), True)
    """

    restrictions: Mapping[str, Mapping[str, Any]]
    zeros: Mapping[str, Mapping[str, Any]] | None = None
    narrative: Sequence[Narrative] | None = None
    elasticity: Mapping[str, Mapping[Any, tuple[float, float]]] | None = field(default=None, kw_only=True)
    proxy: Mapping[str, pd.Series] | None = field(default=None, kw_only=True)
    draws: int = field(default=1000, kw_only=True)
    reduced_form: str = field(default="posterior", kw_only=True)
    tries: int = field(default=1_000_000, kw_only=True)
    target_horizon: int = field(default=12, kw_only=True)
    n_jobs: int = field(default=1, kw_only=True)

    def __post_init__(self) -> None:
        for name in ("draws", "tries", "n_jobs"):
            checks.keep(self, **{name: checks.count(name, getattr(self, name))})
        checks.keep(self, target_horizon=checks.count("target_horizon", self.target_horizon, least=0))
        checks.choice("reduced_form", self.reduced_form, KINDS)
        if self.narrative is not None and not isinstance(self.narrative, (list, tuple)):
            raise SpecificationError(f"narrative must be a list of restrictions; found {self.narrative!r}.")
        for each in self.narrative or ():
            if not isinstance(each, (ShockSign, ShockContribution)):
                raise SpecificationError(f"narrative holds ShockSign and ShockContribution objects; found {each!r}.")
        if self.proxy is not None and len(self.proxy) != 1:
            raise SpecificationError(
                f"proxy must map one shock to a Series, {{'shock': instrument}}; found {self.proxy!r}."
            )
        self.single  # read once, so that contradictions are refused here  # noqa: B018

    @property
    def single(self) -> Restrictions:
        """The restrictions one by one."""
        proxied = next(iter(self.proxy), None) if self.proxy else None
        others = [each.shock for each in self.narrative or ()] + ([] if proxied is None else [proxied])
        return read_restrictions(self.restrictions, self.zeros, self.elasticity, others=others, proxied=proxied)

    def identify(self, fit: VARResults, rng: Seed = None) -> SetIdentified:
        """Draw admissible structures.

        Parameters
        ----------
        fit : VARResults
            The reduced form.
        rng : int or SeedSequence
            Seed.

        Returns
        -------
        SetIdentified

        Raises
        ------
        NoAdmissibleDraw
            If fewer than ``draws`` candidates of ``tries`` meet the restrictions; names the one that failed most.
        NotConverged
            If importance weights leave fewer effective draws than 1% of ``draws``.
        SpecificationError
            Without ``rng``, for unknown variables or dates, or too many zeros.
        """
        single = self.single
        check_variables(single, fit.variables)
        draw_seed, pick_seed = seed_sequence(rng).spawn(2)
        sampler = RotationSampler(
            ReducedForms(fit, self.reduced_form),
            single,
            self.placed(fit),
            tries_per_draw=self.tries / self.draws,
            proxy=self._proxy_column(fit),
        )
        blocks = map_blocks(sampler, self.draws, rng=draw_seed, n_jobs=self.n_jobs, label="sign restrictions")
        tried = sum(block.tried for block in blocks)
        failures = _failures(blocks)
        found = sum(len(block) for block in blocks)
        if found < self.draws:
            raise NoAdmissibleDraw(_advice(self.draws, tried, found, failures))
        log_weights = np.concatenate([block.log_weights for block in blocks])
        rows, effective = self._resampled(log_weights, np.random.default_rng(pick_seed))
        reduced = ReducedDraws(
            fit=fit,
            coefficients=np.concatenate([block.coefficients for block in blocks])[rows],
            factor=np.concatenate([block.factors for block in blocks])[rows],
        )
        rotations = np.concatenate([block.rotations for block in blocks])[rows]
        return SetIdentified.from_draws(
            self,
            reduced,
            rotations,
            shocks=single.shocks,
            tried=tried,
            admissible=sum(block.found for block in blocks),
            effective=effective,
            failures=failures,
        )

    def placed(self, fit: VARResults) -> NarrativeCheck | None:
        """The narrative restrictions in the sample of ``fit``; shocks that are not named get placeholders."""
        if not self.narrative:
            return None
        shocks = self.single.shocks
        return NarrativeCheck(tuple(self.narrative), fit.residuals.index, variables=fit.variables, shocks=shocks)

    @told_by(robust_bounds)
    def robust_bounds(
        self,
        fit: VARResults,
        horizon: int = 12,
        *,
        rng: Seed = None,
        draws: int = 300,
        shock: str | None = None,
    ) -> RobustBounds:
        """Bounds that hold for every prior on rotations; see :func:`econ.var.sets.robust_bounds.robust_bounds`."""
        return robust_bounds(self, fit, horizon, rng=rng, draws=draws, shock=shock)

    def _proxy_column(self, fit: VARResults) -> ProxyColumn | None:
        if not self.proxy:
            return None
        shock, instrument = next(iter(self.proxy.items()))
        return ProxyColumn(fit, shock, instrument, drawn=self.reduced_form == "posterior")

    def _resampled(self, log_weights: np.ndarray, generator: np.random.Generator) -> tuple[np.ndarray, float]:
        """Rows to keep and the effective number of draws; equal weights keep every row once."""
        if np.ptp(log_weights) < 1e-12:
            return np.arange(len(log_weights)), float(len(log_weights))
        effective = set_kernels.effective_size(log_weights)
        asked = f"{self.draws} draws have the information of {effective:.0f} after weighting"
        if effective < max(2.0, TOO_FEW * self.draws):
            raise NotConverged(
                f"importance weights collapsed: {asked}; ask for more draws, or impose fewer zeros or contributions."
            )
        if effective < FEW * self.draws:
            warn(f"{asked}; bands are rough: ask for more draws.", EconWarning)
        return set_kernels.systematic_rows(log_weights, generator.random()), effective


def _failures(blocks: list[Accepted]) -> pd.DataFrame:
    """Share of candidates that failed each restriction, among those that were tested on it."""
    total: dict[str, list[int]] = {}
    for block in blocks:
        for name, counts in block.failed.items():
            row = total.setdefault(name, [0, 0])
            row[0] += counts[0]
            row[1] += counts[1]
    failed, tested = np.array(list(total.values())).reshape(-1, 2).T
    share, names = failed / np.maximum(tested, 1), list(total)
    order = np.argsort(-share, kind="stable")
    columns = {"failed": failed[order], "tested": tested[order], "share": share[order]}
    return pd.DataFrame(columns, index=[names[place] for place in order])


def _advice(wanted: int, tried: int, found: int, failures: pd.DataFrame) -> str:
    """What was tried, what failed most, what to do."""
    worst = failures.index[0]
    share = failures["share"].iloc[0]
    text = (
        f"{wanted:,} admissible draws were asked for; {tried:,} candidates were tried and {found:,} accepted. "
        f"The restriction that failed most is: {worst} ({share:.1%} of the candidates tested on it). "
        "Drop it or restrict fewer horizons"
    )
    return text + ("." if not found else f", or raise tries= (about {int(1.3 * tried * wanted / found):,} would do).")
