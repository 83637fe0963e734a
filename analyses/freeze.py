"""The freeze of Russia's reserves: what distant holders bought against aligned ones, before and after it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from scipy import optimize

from analyses._lines import normal
from analyses._samples import window
from analyses._words import counted, month
from analyses.specification import Specification, baseline
from econ import LocalProjectionDiD, PanelProjection
from econ.data import flows
from econ.data.concepts import BREAK
from econ.data.use import remembered
from econ.errors import SpecificationError
from econ.report import Estimate, Exhibit, Panel, Row, Table, Unavailable, main, recorded

UNITS = "% of position a month"
CHINA = "china"
FEWEST = 3
"""Holders that a group needs: with two their spread says nothing."""


@dataclass(frozen=True)
class Groups:
    """Purchases by month and holder, percent of the position, which holders are distant, and months after the freeze."""

    bought: pd.DataFrame
    distant: tuple[str, ...]
    date: pd.Period
    after: int

    @property
    def is_distant(self) -> np.ndarray:
        """Flag of each column."""
        return np.isin(self.bought.columns, self.distant)

    def change(self, first: int, last: int, base: int) -> pd.Series:
        """By holder: mean of the months ``first`` to ``last`` after the freeze less that of the ``base`` before."""
        after = self.bought.loc[self.date + first : self.date + last].mean()
        return after - self.bought.loc[self.date - base + 1 : self.date].mean()


def groups(spec: Specification, *, custody: bool, last: pd.Period | None = None) -> Groups:
    """Purchases of the two groups; China by itself or with its custodians.

    A holder whose purchases a concept does not publish in every month is in neither group, and the note counts who is.
    """
    choices = spec.freeze
    date = pd.Period(choices.date, "M")
    end = min(date + choices.after, pd.Period(window(spec)[1], "M")) if last is None else last
    slugs = (*choices.distant, *choices.aligned)
    names = {slug: choices.custody if custody and slug == CHINA else slug for slug in slugs}
    columns = {slug: _bought(name, choices.scaled, spec.concept, spec.as_of) for slug, name in names.items()}
    frame = pd.DataFrame(columns)
    whole = frame.reindex(pd.period_range(date - choices.before + 1, end, freq="M")).notna().all()
    kept, distant = frame.loc[:, whole], [slug for slug in choices.distant if whole[slug]]
    if CHINA not in distant or min(len(distant), kept.shape[1] - len(distant)) < FEWEST:
        raise SpecificationError(
            f"freeze asks for {date - choices.before + 1} to {end}, in which purchases of {list(frame.columns[~whole])} were "
            "not published under this concept; take other months or holders."
        )
    return Groups(kept, tuple(distant), date, (end - date).n)


@remembered(64)
def _bought(name: str, scaled: str, concept: str, as_of: str) -> pd.Series:
    """Purchases of a holder in percent of its position in one month; both exhibits ask for them more than once."""
    values = flows(name, scale="usd_bn", concept=concept, as_of=as_of)["value"]
    return 100.0 * values / float(flows(name, "position", scale="usd_bn", as_of=as_of)["value"][scaled])


def difference(change: pd.Series, distant: np.ndarray, level: float) -> Estimate:
    """Mean change of the distant less that of the aligned, each holder once; Welch's interval.

    In a balanced panel it is the coefficient of distant x after with effects of holders and months.
    """
    one, two = change.to_numpy()[distant], change.to_numpy()[~distant]
    parts = [float(each.var(ddof=1)) / len(each) for each in (one, two)]
    error = float(np.sqrt(sum(parts)))
    df = sum(parts) ** 2 / sum(part**2 / (len(each) - 1) for part, each in zip(parts, (one, two), strict=True))
    value = float(one.mean() - two.mean())
    return normal(value, error, level=level, units=UNITS, label="distant less aligned", nobs=len(change), df=df)


def dealt(change: pd.Series, distant: np.ndarray, draws: int, rng: int) -> float:
    """p-value of no difference: the groups dealt anew."""
    values, size = change.to_numpy() - float(change.mean()), int(distant.sum())
    generator = np.random.default_rng(rng)
    order = generator.permuted(np.tile(np.arange(len(values)), (draws, 1)), axis=1)[:, :size]
    gap = np.abs(values[order].sum(axis=1))  # of values around their mean, the sum of one group says the difference
    return float((1.0 + (gap >= abs(values[distant].sum()) * (1.0 - 1e-12)).sum()) / (draws + 1.0))


def moved(found: Groups, spec: Specification) -> tuple[float, int]:
    """p-value of the date: months of the main sample with as many months on both sides, none of them after the freeze."""
    before, after = spec.freeze.before, found.after
    whole = found.bought.loc[window(spec)[0] :].index
    own = abs(_gap(found, before, after))
    dates = [date for date in whole if date - before + 1 >= whole[0] and date + after <= found.date]
    gaps = [abs(_gap(replace(found, date=date), before, after)) for date in dates]
    return (1.0 + sum(gap >= own for gap in gaps)) / (1.0 + len(gaps)), len(gaps)


def _gap(found: Groups, before: int, after: int) -> float:
    change = found.change(1, after, before).to_numpy()
    return float(change[found.is_distant].mean() - change[~found.is_distant].mean())


def wild(bought: pd.DataFrame, when: np.ndarray, who: np.ndarray, draws: int, rng: int) -> float:
    """p-value of the wild cluster bootstrap for ``when x who`` in a panel with effects of holders and months.

    Parameters
    ----------
    bought : DataFrame (T, N)
        Purchases, a column a holder.
    when, who : array (T,), array (N,)
        What moves in time, and which holders it may concern.
    draws, rng : int
        Signs, and their seed.
    """
    fit = PanelProjection(_panel(bought, when, who), response="bought", impulse="impulse", lags=0).fit(0)
    return float(fit.wild_cluster(0, draws=draws, rng=rng))


def _panel(bought: pd.DataFrame, when: np.ndarray, who: np.ndarray) -> pd.DataFrame:
    """Purchases and ``when x who``, a row a holder and month."""
    impulse = pd.DataFrame(np.outer(when, who).astype(float), bought.index, bought.columns)
    columns = {}
    for name, frame in (("bought", bought), ("impulse", impulse)):
        long = frame.rename_axis("month").reset_index().melt("month", var_name="holder", value_name=name)
        columns[name] = long.set_index(["holder", "month"])[name]
    return pd.DataFrame(columns).sort_index()


def projected(found: Groups, spec: Specification) -> tuple[Estimate, float | Unavailable]:
    """The mean effect by local projections on clean controls, clustered by holder, and the p-value of its pre-trends.

    All distant holders switch on in one month, so that the estimate is the difference of means, with other errors; the
    pre-trends are the months of the block before the last one, relative to the last block before the freeze.
    """
    choices = spec.freeze
    inside = found.bought.loc[found.date - choices.before + 1 : found.date + found.after]
    panel = _panel(inside, inside.index > found.date, found.is_distant)
    whole = LocalProjectionDiD(panel, "bought", "impulse", base=choices.before).fit(found.after - 1)
    effect = replace(whole.pooled(0, found.after - 1, level=spec.level), units=UNITS)
    early = LocalProjectionDiD(panel, "bought", "impulse", base=choices.block).fit(0, pre=2 * choices.block)
    try:
        trends: float | Unavailable = float(early.pretrends()["p_value"])
    except SpecificationError:  # more months than holders allow
        trends = Unavailable("too few holders for so many months")
    return effect, trends


def path(found: Groups, spec: Specification) -> pd.Series:
    """Distant less aligned by block, relative to the block before the freeze: blocks -2, -1, 0 (the base), 1, ..."""
    choices = spec.freeze
    blocks = {}
    for block in range(1 - choices.before // choices.block, found.after // choices.block + 1):
        last = block * choices.block
        change = found.change(last - choices.block + 1, last, choices.block).to_numpy()
        blocks[block] = float(change[found.is_distant].mean() - change[~found.is_distant].mean())
    return pd.Series(blocks)


def honest(found: Groups, spec: Specification) -> tuple[dict[float, Estimate], float]:
    """The effect if the groups drift apart after the freeze by at most M times as much a block as ever before it.

    Rambachan and Roth (2023), relative magnitudes: the bias of the k-th block is at most k M times the largest step
    before, that of the mean of K blocks (K + 1) / 2 times. The largest step counts as known. Second: the M at which
    the interval reaches zero, 0 if it holds zero already.
    """
    choices = spec.freeze
    steps = path(found, spec).loc[:0].diff().abs().max()
    reach = float(steps) * (max(found.after // choices.block, 1) + 1) / 2.0
    plain = difference(found.change(1, found.after, choices.block), found.is_distant, spec.level)
    ends = [float(end) for end in plain.interval]  # type: ignore[arg-type]
    bounds = {
        size: replace(plain, lower=ends[0] - size * reach, upper=ends[1] + size * reach) for size in choices.magnitudes
    }
    room = max(ends[0], -ends[1], 0.0)
    return bounds, room / reach


def synthetic(found: Groups, spec: Specification) -> tuple[float, float, pd.Series]:
    """China against a weighted mean of the aligned (Abadie, Diamond and Hainmueller 2010), donors as placebos.

    Weights are not negative, sum to one and fit the months before. The p-value ranks China's ratio of errors after and
    before among those of the donors.
    """
    choices = spec.freeze
    inside = found.bought.loc[found.date - choices.before + 1 : found.date + found.after]
    names = [CHINA, *(name for name in found.bought.columns if name not in found.distant)]
    ratios, weights, gap = {}, pd.Series(dtype=float), np.zeros(1)
    for name in names:
        donors = [each for each in names[1:] if each != name]
        share = simplex(inside[donors].to_numpy()[: choices.before], inside[name].to_numpy()[: choices.before])
        error = inside[name].to_numpy() - inside[donors].to_numpy() @ share
        size = np.sqrt([(error[choices.before :] ** 2).mean(), (error[: choices.before] ** 2).mean()])
        ratios[name] = float(size[0] / size[1])
        if name == CHINA:
            weights, gap = pd.Series(share, donors), error[choices.before :]
    p_value = sum(ratio >= ratios[CHINA] for ratio in ratios.values()) / len(ratios)
    return float(gap.mean()), p_value, weights


def simplex(donors: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Weights of least squares that are not negative and sum to one.

    With a sum of one the errors are those of (donors less target) times the weights, of which multiples of the weights
    are multiples: so the weights that are not negative and make them small beside a sum near one, whatever that counts,
    are a multiple of those wanted. To let the sum count ten thousand times instead cost half of the digits.

    Examples
    --------
    >>> donors = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 2.0]])
    >>> simplex(donors, donors @ [0.25, 0.75]).round(12).tolist()
    [0.25, 0.75]
    """
    errors = donors - target[:, None]
    scale = float(np.abs(errors).max()) or 1.0
    rows, sums = np.vstack([errors, np.full(errors.shape[1], scale)]), np.append(np.zeros(len(errors)), scale)
    weights, _ = optimize.nnls(rows, sums)
    shares: np.ndarray = weights / weights.sum()
    return shares


def freeze(spec: Specification) -> tuple[Estimate, dict[str, float]]:
    """What decides C5: the difference with China's custodians, and the p-values that it needs beside its error."""
    found = groups(spec, custody=True)
    change = found.change(1, found.after, spec.freeze.before)
    inside = found.bought.loc[found.date - spec.freeze.before + 1 : found.date + found.after]
    tests = {
        "groups dealt anew": dealt(change, found.is_distant, spec.freeze.draws, spec.rng),
        "the date moved": moved(found, spec)[0],
        "the wild bootstrap": wild(inside, inside.index > found.date, found.is_distant, spec.freeze.draws, spec.rng),
    }
    return difference(change, found.is_distant, spec.level), tests


@recorded
def result(spec: Specification = baseline) -> Exhibit:
    """The difference, its variants, its placebos and its bounds."""
    choices, found = spec.freeze, groups(spec, custody=True)
    effect, tests = freeze(spec)
    plain = groups(spec, custody=False)
    short = groups(spec, custody=True, last=BREAK - 1)
    bounds, breakdown = honest(found, spec)
    gap, rank, weights = synthetic(found, spec)
    clustered, trends = projected(found, spec)
    variants = {
        "China by itself": difference(plain.change(1, plain.after, choices.before), plain.is_distant, spec.level),
        f"To {BREAK - 1}, one concept": difference(
            short.change(1, short.after, choices.before), short.is_distant, spec.level),
        "Against the last block before": difference(
            found.change(1, found.after, choices.block), found.is_distant, spec.level),
    }  # fmt: skip
    rows: list[Row | Panel] = [
        Row("With China's custodians: decides", [effect]), Row("By local projections, clustered by holder", [clustered]),
        *(Row(words, [each]) for words, each in variants.items()),
        Panel("p-values of no difference"), *(Row(f"By {words}", [each]) for words, each in tests.items()),
        Row("Of equal trends before", [trends]),
        Panel("If the groups drift on, times the largest drift before"),
        *(Row(f"{size:g} times", [each]) for size, each in bounds.items()), Row("Reaches zero at", [breakdown]),
        Panel("China against a weighted mean of the aligned"), Row("Effect", [gap]), Row("p-value of its rank", [rank]),
        Panel("Distant less aligned, by block"),
        *(Row(_block(block, spec), [value]) for block, value in path(found, spec).items()),
    ]  # fmt: skip
    numbers: dict[str, Any] = {
        "effect": effect, "projected": clustered, "pretrends_p": trends, "breakdown": breakdown, "synthetic": gap, "synthetic_p": rank, "dates": moved(found, spec)[1],
        **{f"p_{word.replace(' ', '_')}": value for word, value in tests.items()},
        **{f"variant_{number}": each for number, each in enumerate(variants.values(), start=1)},
    }  # fmt: skip
    table = Table(
        ["Change in purchases"], rows, decimals=2, below="interval", notes=[_note(weights, numbers, found, spec)]
    )
    return Exhibit(
        key="freeze", title="Distant and aligned holders around the freeze", numbers=numbers, tables={"": table},
        spec=spec,
    )  # fmt: skip


def _block(block: Any, spec: Specification) -> str:
    date, size = pd.Period(spec.freeze.date, "M"), spec.freeze.block
    return f"{date + (block - 1) * size + 1} to {date + block * size}" + (", the base" if block == 0 else "")


def _note(weights: pd.Series, numbers: dict[str, Any], found: Groups, spec: Specification) -> str:
    choices = spec.freeze
    heavy = weights.sort_values(ascending=False)
    steps = float(path(found, spec).loc[:0].diff().abs().max())
    shown = ", ".join(f"{name} {weight:.2f}" for name, weight in heavy[heavy > 0.01].items())
    return (
        f"Net purchases of long-term Treasuries, percent of the holder's position of {month(choices.scaled)}, a month; {found.after} months after "
        f"{month(choices.date)} less {choices.before} to it; {len(found.distant)} distant less {found.bought.shape[1] - len(found.distant)} aligned holders, each counted once; "
        f"{spec.level:.0%} intervals of Welch. The date was moved to {counted(numbers['dates'], 'month')} before the freeze; bounds after Rambachan and Roth (2023), "
        f"relative magnitudes, with the largest step before, {steps:.2f}, as known: paths were not parallel; weights: {shown}. Places of trade decide to {BREAK - 1}, reported holders after."
    )


if __name__ == "__main__":
    main(result, baseline)
