"""`LocalProjection`: one regression a horizon, all of them in one solve."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass, replace
from functools import cached_property

import pandas as pd

from econ import checks
from econ.arrays import Seed
from econ.data.dataset import Dataset, as_dataset
from econ.errors import SpecificationError
from econ.frozen import guarded
from econ.projection.bootstrap import Bootstrap, draw
from econ.projection.design import Design, build
from econ.projection.estimation import estimate
from econ.projection.results import ProjectionResults

FORMS = (False, True, "response", "multiplier")
ESTIMATORS = ("2sls", "liml")


@guarded
@dataclass(frozen=True, eq=False)
class LocalProjection:
    """Local projections of responses on an impulse (Jordà 2005), by least squares or instruments.

    ``y_{t+h} = b_h x_t + c_h' w_t + u_{t+h}`` for h = 0..H, with w_t a constant, ``lags`` lags of every response, the
    impulse and every control, and the contemporaneous controls. Horizon h uses all periods that have a lead.

    Parameters
    ----------
    data : Dataset or DataFrame
        Regular periods, no missing values in the columns named.
    response : str or sequence of str
        Variables whose responses are wanted; with several, lags of each enter every projection.
    impulse : str
        Variable whose unit change at t is the shock.
    controls : sequence of str
        Variables that enter with lags 1..``lags``.
    contemporaneous : sequence of str
        Variables that enter at t (ordered before the impulse, in the language of a recursive VAR). A response among
        them does not move at horizon 0: it is known to be 0 there, with a standard error of 0.
    lags : int, default 12
        Lags of response, impulse and controls; may be 0.
    instrument : str or sequence of str, optional
        Columns of ``data``, the instruments for the impulse, at t; their lags enter only if they are also controls.
    state : str, optional
        Dummy, or weight of the high state between 0 and 1, that interacts with every regressor.
    state_lag : int, default 1
        Periods by which the state is lagged.
    common : sequence of str
        Contemporaneous controls, or "const", whose coefficients are the same in both states.
    transition : float, optional
        Weight of the high state = logistic of ``transition`` times the standardised state variable.
    modifier : str, optional
        Continuous covariate z that moves the response: ``b_0 + b_1 z_{t - modifier_lag}``. The second impulse, named
        ``impulse*modifier``, is the product; z itself is a control, other controls have one coefficient. Instruments
        are multiplied too. See :meth:`ProjectionResults.at_modifier`. Not with ``state``.
    modifier_lag : int, default 1
        Periods by which the modifier is lagged, so that the impulse has not moved it.
    cumulative : {False, True, "multiplier"}
        True sums the response from t to t + h. "multiplier" also sums the impulse and uses the instrument, or the
        impulse at t, as instrument: the one-step cumulative multiplier of Ramey and Zubairy (2018).
    difference : bool, default False
        Use ``y_{t+h} - y_{t-1}``.
    lag_augmented : bool, default True
        Add one lag to the controls, which makes heteroskedasticity-robust errors valid for persistent data at long
        horizons (Montiel Olea and Plagborg-Møller 2021). An instrument that is itself autocorrelated must stand in
        ``controls`` too for that, or use "hac".
    estimator : {"2sls", "liml"}
        With instruments.

    Raises
    ------
    SpecificationError
        For requests that make no sense; `UnknownName`, `SchemaError`, `SampleTooShort` for data that cannot serve.

    References
    ----------
    Jordà, Ò. (2005), American Economic Review 95(1). Montiel Olea, J. L. and M. Plagborg-Møller (2021), Local
    Projection Inference Is Simpler and More Robust Than You Think, Econometrica 89(4). Auerbach, A. J. and Y.
    Gorodnichenko (2012), American Economic Journal: Economic Policy 4(2). Ramey, V. A. and S. Zubairy (2018),
    Journal of Political Economy 126(2).

    Examples
    --------
    >>> import numpy as np
    >>> generator = np.random.default_rng(1)
    >>> frame = pd.DataFrame({"flow": generator.standard_normal(300)})
    >>> frame["yield"] = -2.0 * frame["flow"] + generator.standard_normal(300)
    >>> fit = LocalProjection(frame, response="yield", impulse="flow", lags=2).fit(horizon=4)
    >>> print(fit.irf.at(0, response="yield"))
    -1.890, s.e. 0.060
    >>> list(fit.summary().columns)
    ['point', 'std_error', 'lower', 'upper', 'nobs']
    """

    data: Dataset | pd.DataFrame
    response: str | Sequence[str]
    impulse: str
    _: KW_ONLY
    controls: Sequence[str] = ()
    contemporaneous: Sequence[str] = ()
    lags: int = 12
    instrument: str | Sequence[str] | None = None
    state: str | None = None
    state_lag: int = 1
    common: Sequence[str] = ()
    transition: float | None = None
    modifier: str | None = None
    modifier_lag: int = 1
    cumulative: bool | str = False
    difference: bool = False
    lag_augmented: bool = True
    estimator: str = "2sls"

    def __post_init__(self) -> None:
        object.__setattr__(self, "data", as_dataset(self.data))
        for word in ("controls", "contemporaneous", "common"):
            checks.keep(self, **{word: checks.names(word, getattr(self, word))})
        if not isinstance(self.impulse, str):
            raise SpecificationError(f"impulse is the name of one variable; found {self.impulse!r}.")
        for word in ("lags", "state_lag", "modifier_lag"):
            checks.keep(self, **{word: checks.count(word, getattr(self, word), least=0)})
        if self.cumulative not in FORMS:
            raise SpecificationError(f"cumulative is False, True or 'multiplier'; found {self.cumulative!r}.")
        checks.keep(self, estimator=checks.choice("estimator", self.estimator, ESTIMATORS))
        if self.transition is not None:
            checks.keep(self, transition=checks.real("transition", self.transition, above=0.0))
            if self.state is None:
                raise SpecificationError(f"transition goes with state=; found {self.transition!r} without one.")
        self._check_idle()
        if self.modifier is not None and self.state is not None:
            raise SpecificationError("state= and modifier= are two ways to let a response vary; choose one.")
        self._check_names()
        odd = [name for name in self.common if name not in ("const", *self.contemporaneous)]
        if odd or (self.common and self.state is None):
            raise SpecificationError(
                f"common names 'const' or contemporaneous controls of a projection with state=; found {self.common!r}."
            )

    def _check_idle(self) -> None:
        """Refuse an option that nothing would read."""
        idle = (
            ("estimator", "2sls", "instrument", self.instrument is None and not self._by_itself),
            ("state_lag", 1, "state", self.state is None),
            ("modifier_lag", 1, "modifier", self.modifier is None),
        )
        for option, usual, needed, absent in idle:
            checks.idle(option, getattr(self, option), usual, used=not absent, needs=f"{needed}=")

    @property
    def _by_itself(self) -> bool:
        """Whether the impulse is its own instrument, as of multipliers."""
        return self.cumulative == "multiplier"

    @property
    def responses(self) -> tuple[str, ...]:
        """Names of the responses."""
        return checks.names("response", self.response, least=1)

    @property
    def instruments(self) -> tuple[str, ...]:
        """Names of the instruments; empty for least squares."""
        return () if self.instrument is None else checks.names("instrument", self.instrument)

    @property
    def parent(self) -> Dataset:
        """The data, with their variables and files."""
        return as_dataset(self.data)

    @cached_property
    def design(self) -> Design:
        """Controls, impulses, instruments and outcomes as arrays."""
        return build(self)

    def fit(
        self,
        horizon: int = 24,
        cov: str | None = None,
        *,
        bandwidth: int | None = None,
        bootstrap: Bootstrap | None = None,
        rng: Seed = None,
        n_jobs: int = 1,
    ) -> ProjectionResults:
        """Estimate every horizon and response.

        Parameters
        ----------
        horizon : int, default 24
            Last horizon.
        cov : {"hc0", "hc1", "hc2", "hc3", "hac", "ewc"}, optional
            Default "hc1" with lag augmentation, else "hac": Newey-West with Bartlett lags = horizon, no small-sample
            factor. "ewc": equal-weighted cosines with Student quantiles.
        bandwidth : int, optional
            Bartlett lags ("hac") or cosines ("ewc") at every horizon.
        bootstrap : Wild or PlugIn, optional
            Adds joint draws of all responses to ``.irf``, for simultaneous bands and functions of responses.
        rng : int or SeedSequence
            Seed of the draws.
        n_jobs : int, default 1
            Workers for the draws.

        Returns
        -------
        ProjectionResults
            ``irf.point[h, i, j]`` = response of variable i to impulse (state) j at horizon h; with ``summary()``, the
            joint covariance, first stages and weak-instrument sets.

        Raises
        ------
        SampleTooShort
            If the last horizon leaves fewer rows than coefficients + 10, in all or in one state.
        SingularDesign
            If regressors or instruments are collinear, or if controls or instruments explain a response exactly; names
            them.
        """
        default = "hc1" if self.lag_augmented else "hac"
        results = estimate(self, horizon, default if cov is None else cov, bandwidth=bandwidth)
        if bootstrap is None:
            return results
        draws = draw(results, bootstrap, rng=rng, n_jobs=n_jobs)
        return replace(results, draws=draws, origin=(bootstrap, str(rng)))

    def _check_names(self) -> None:
        named = [self.impulse, *self.responses, *self.controls, *self.contemporaneous, *self.instruments]
        columns = list(self.parent.frame.columns)
        for name in [*named, *(each for each in (self.state, self.modifier) if each is not None)]:
            checks.position("variable", name, columns)
        for word, names in (("contemporaneous", self.contemporaneous), ("instrument", self.instruments)):
            if self.impulse in names:
                raise SpecificationError(f"{self.impulse!r} is the impulse and stands in {word} too; take it out.")
        for name in self.responses:
            if name in self.instruments:
                raise SpecificationError(
                    f"{name!r} is a response and an instrument too, which explains it exactly as it is at horizon 0; "
                    "take it out of one."
                )
        both = [name for name in self.instruments if name in self.contemporaneous]
        if both:
            raise SpecificationError(f"{both[0]!r} is an instrument and a contemporaneous control; it cannot be both.")
