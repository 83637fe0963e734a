"""Beliefs: what the flows and yields of the sample, and news, do to priors on the impact of a sale and on leaning."""

from __future__ import annotations

from typing import Any

import pandas as pd

from analyses import _operations as dated
from analyses import leaning
from analyses._units import cell
from analyses._words import name_of, span, yield_words
from analyses.specification import Specification, baseline
from econ import Dataset
from econ.data import Variable
from econ.data.use import using
from econ.infer import bayes_factor
from econ.report import Exhibit, Figure, Panel, Row, Table, main, recorded
from econ.var import ElasticityPrior, SupplyDemand, SupplyDemandResults

PRIORS = {"impact": "The literature's middle", "sceptic": "Centred on none"}
DRAWN, BEYOND = (-60.0, 90.0), 30.0
"""Impacts in the figure, bp, and how far its lines go on."""
SOURCES = {"flows": "Flows and yields", "news": "The same and news"}


@recorded
def result(spec: Specification = baseline) -> Exhibit:
    """Posteriors under two priors, with and without news; by grid, and by draws for the first."""
    data = observed(spec)
    fits = {
        (prior, source): model(data, prior, spec, news=source == "news").fit() for prior in PRIORS for source in SOURCES
    }
    drawn = model(data, "impact", spec, news=True).sample(spec.beliefs.draws, rng=spec.rng)
    table, numbers = _table(fits, by_operations(spec), spec)
    numbers["median_by_draws"] = cell(drawn.summary(spec.level).to_frame(), "impact", "median")
    return Exhibit(
        key="beliefs", title="What the data do to beliefs", numbers=numbers, tables={"": table},
        figures={"": Figure(_densities(fits), _draw, height=2.8)}, spec=spec,
    )  # fmt: skip


def observed(spec: Specification) -> Dataset:
    """Change of the yield (bp), purchases (percent of debt) and the contrast of news days, by month."""
    with using() as files:
        frame = leaning.months_of(spec, spec.leaning.news, spec.leaning.sample)
    share = float(frame["news_days"].sum() / frame["days"].sum())
    contrast = frame["news"] - share * frame["change"]
    variables = {
        "change": Variable("change", "change of the yield", "bp"),
        "flow": Variable("flow", "net purchases", "% of debt"),
        "contrast": Variable("contrast", "news days against the others", "bp"),
    }
    table = frame[["change", "flow"]].assign(contrast=contrast)
    return Dataset(table, variables, tuple(files))


def model(data: Dataset, prior: str, spec: Specification, *, news: bool) -> SupplyDemand:
    """The model with one of the priors; news enters as a control and, through the leaning it identifies, as evidence."""
    choices = spec.beliefs
    believed = getattr(choices, prior)
    found = leaning.identified(spec).leaning
    return SupplyDemand(
        data, "change", "flow", impact=_prior(believed), leaning=_prior(choices.leaning), lags=spec.leaning.lags,
        controls=("contrast",) if news else (), news=found if news else None,
    )  # fmt: skip


def _prior(values: tuple[float, ...]) -> ElasticityPrior:
    location, scale, df = values
    return ElasticityPrior("t", location, scale, df=df)


Fits = dict[tuple[str, str], SupplyDemandResults]


def by_operations(spec: Specification) -> float:
    """Bayes factor of the literature's middle against none, from operations by the day."""
    location, scale, _ = spec.beliefs.impact
    record = next(iter(dated.records(spec).values()))
    return bayes_factor(dated.primary(dated.fitted(record, spec), spec), location, scale).value


def _table(fits: Fits, factor: float, spec: Specification) -> tuple[Table, dict[str, Any]]:
    rows: list[Row | Panel] = []
    numbers: dict[str, Any] = {"operations_factor": factor}
    for prior, title in PRIORS.items():
        location, scale, df = getattr(spec.beliefs, prior)
        believed = _prior((location, scale, df))
        before = float(1.0 - believed.probability([-float("inf")], [0.0])[0])
        rows += [Panel(title), Row("Prior", [f"t({location:g}, {scale:g}; {df:g})", "", before, "", ""])]
        for source, words in SOURCES.items():
            fit = fits[prior, source]
            learned = fit.learning()
            left = cell(learned, "impact", "std_left")
            chance = fit.probability("impact", above=0.0)
            rows.append(
                Row(words, [fit.impact(spec.level), leaning.per_10(fit.leaning(spec.level)), chance,
                            left, cell(learned, "impact", "divergence")])
            )  # fmt: skip
            numbers |= {
                f"{prior}_{source}": fit.impact(spec.level), f"{prior}_{source}_positive": chance,
                f"{prior}_{source}_left": left,
            }  # fmt: skip
    table = Table(
        ["Impact", "Leaning per 10 bp", "P(impact > 0)", "Spread left", "Divergence"], rows, decimals=2, below="interval",
        notes=[
            f"Impact: bp on the {yield_words(spec.primary.maturity)} in the month per sale of 1% of debt; leaning: percent of debt that "
            f"{name_of(spec.leaning.seller).lower()} holders buy. Medians with {spec.level:.0%} equal-tailed sets, by integration over a grid. Priors: Student's t (location, scale; "
            f"degrees of freedom); that of the leaning t({spec.beliefs.leaning[0]:g}, {10 * spec.beliefs.leaning[1]:g}; {spec.beliefs.leaning[2]:g}). Spread left: standard "
            "deviation of the posterior over that of the prior. Divergence: Kullback-Leibler, of posterior from prior, nats. "
            f"News: leaning as days of news identify it, with the news held fixed. Flows and yields alone know only a curve. Sample: {span(spec.leaning.sample)}. Operations by the day, if nothing else moved the yield, "
            f"speak {factor:.1f} to 1 for an impact drawn from a normal with centre and spread of the first prior, against none."
        ],
    )  # fmt: skip
    return table, numbers


def _densities(fits: Fits) -> pd.DataFrame:
    parts: list[pd.DataFrame] = [
        fit.density("impact").assign(believed=PRIORS[prior], data=SOURCES[source])
        for (prior, source), fit in fits.items()
    ]
    joined = pd.concat(parts, ignore_index=True)
    near = joined["value"].between(DRAWN[0] - BEYOND, DRAWN[1] + BEYOND)  # far out the last digits are the library's
    return joined[near].reset_index(drop=True)


def _draw(page: Any, data: pd.DataFrame) -> None:
    grid = page.subplots(1, data["believed"].nunique(), sharey=True)
    for axes, (believed, part) in zip(grid, data.groupby("believed", sort=False), strict=True):
        first = part[part["data"] == part["data"].iloc[0]].sort_values("value")
        axes.plot(first["value"], first["prior"], color="0.45", ls=":", label="prior")
        for (words, each), color in zip(part.groupby("data", sort=False), ("C0", "C1"), strict=True):
            each = each.sort_values("value")
            axes.plot(each["value"], each["posterior"], color=color, label=str(words).lower())
        axes.axvline(0.0, color="0.4", lw=0.6)
        axes.set_xlim(*DRAWN)
        axes.set_title(believed)
        axes.set_xlabel("bp per sale of 1% of debt")
    grid[0].set_ylabel("density")
    grid[-1].legend(loc="upper right")


if __name__ == "__main__":
    main(result, baseline)
