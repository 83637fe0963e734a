"""A small project in a folder of its own: specification, two programs, a paper, an archive."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

SPECIFICATION = '''
"""Choices of the sample."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Specification:
    """Every choice."""

    lags: int = 2
    rng: int = 7
    sample: tuple[str, str] = ("2003-01", "2020-12")


baseline = Specification()
'''

MARKET = '''
"""Figure 1 and Table 1: response of the yield to a purchase."""

import numpy as np
import pandas as pd

from analyses.specification import baseline
from econ import Dataset, Estimate, Unavailable
from econ.data.vintage import Vintage
from econ.report import Exhibit, Figure, Panel, Table, main

VINTAGE = Vintage(
    "2026-07-17", "Treasury", "SLT Table 1", "https://ticdata.treasury.gov", "slt.csv", "ab" * 32, "public domain"
)


def draw(page, data):
    axes = page.subplots()
    axes.fill_between(data["horizon"], data["lower"], data["upper"], color="0.85", linewidth=0)
    axes.plot(data["horizon"], data["response"])
    axes.axhline(0.0, color="0.4", linewidth=0.6)
    axes.set_xlabel("Months after the purchase")
    axes.set_ylabel("Basis points")


def result(spec):
    """Response to a purchase."""
    index = pd.period_range(spec.sample[0], spec.sample[1], freq="M")
    draws = np.random.default_rng(spec.rng).normal(size=len(index))
    data = Dataset.from_frame(pd.DataFrame({"y": draws}, index=index))
    data = Dataset(data.frame, data.variables, (VINTAGE,))
    mean, error = float(draws.mean()), float(draws.std(ddof=1) / len(draws) ** 0.5)
    impact = Estimate(
        -6.0 + mean, error, -6.0 + mean - 1.645 * error, -6.0 + mean + 1.645 * error,
        units="bp", label="impact", nobs=len(draws), parent=data,
    )
    table = Table(
        ["h = 0", "h = 12", "Purchases & sales"],
        [
            Panel("Panel A. China first"),
            ("10-year yield", impact, Estimate(-12.345, 11.2, -30.0, 6.0), "never mind"),
            ("2-year yield", Unavailable("one event only"), 1234.5, "50% of #1_x"),
            Panel("Panel B. Japan first"),
            ("R²", 0.123, 0.45, ""),
            ("Observations", len(draws), 12, ""),
        ],
        spans=[("Response", 2), ("", 1)],
        stub="Variable",
        notes=["Standard errors in parentheses.", "Yields in basis points."],
    )
    horizon = np.arange(13)
    path = (-6.0 + mean) * 0.8**horizon
    plotted = pd.DataFrame({"horizon": horizon, "response": path, "lower": path - 1.0, "upper": path + 1.0})
    return Exhibit(
        key="market", title="Response of the yield", numbers={"impact": impact, "lags": spec.lags, "share": 0.344},
        tables=table, figures=Figure(plotted, draw), spec=spec,
    )


if __name__ == "__main__":
    main(result, baseline)
'''

COUNTS = '''
"""Table 2: counts."""

from analyses.specification import baseline
from econ.report import Exhibit, Table, main


def result(spec):
    """Count."""
    return Exhibit("counts", "Counts", {"events": 12}, Table(["n"], [("Events", 12)]), spec=spec)


if __name__ == "__main__":
    main(result, baseline)
'''

PAPER = r"""
---
title: Do sales move yields?
author:
- A. Author
- B. Writer
abstract: |
  A sale raises the yield by []{.num key=market.impact fmt=abs:1} basis points.
keywords: [Treasury yields, foreign holdings]
bibliography: refs.bib
link-citations: true
reference-section-title: References
---

# Introduction {#sec:introduction}

[The impact is negative]{.claim key=impact-negative}:
[]{.num key=market.impact fmt=units} (s.e. []{.num key=market.impact fmt=se:2}, 90% interval
[]{.num key=market.impact fmt=interval}), with []{.num key=market.lags} lags and a share of
[]{.num key=market.share fmt=percent}. See [Section @sec:model], [Table @tbl:market], [Figure @fig:market] and
equation ([-@eq:var]). As in @sims1980, and elsewhere [@sims1980, p. 3].[^1]

[^1]: A note, with a number: []{.num key=counts.events fmt=integer}.

# Model {#sec:model}

## Reduced form {#sec:reduced}

The model is

$$ y_t = \mu + \sum_{j=1}^{p} A_j y_{t-j} + u_t, \qquad \mathbb{E}\, u_t u_t' = \Sigma, $$ {#eq:var}

with $\beta_h = \partial y_{t+h} / \partial u_t$ and an aligned pair

$$ \begin{aligned} \Theta_0 &= B, \\ \Theta_h &= \sum_{j=1}^{h} A_j \Theta_{h-j}. \end{aligned} $$ {#eq:irf}

Section [-@sec:reduced] ends here, after [equations @eq:var; @eq:irf].

# Results

::: {#tbl:market .include src="tables/market"}
Responses of yields, *basis points*, with []{.num key=market.lags} lags.
:::

![Response of the 10-year yield, with 90% bands.](figures/market){#fig:market}

| Name  | Value |
|:------|------:|
| alpha |   1.5 |
| beta  |  −2.5 |

: A table in Markdown. {#tbl:plain}

::: {#tbl:counts .include .small .here src="tables/counts"}
Counts.
:::

[Tables @tbl:plain; @tbl:counts] are small.
"""

REFERENCES = """
@article{sims1980,
  author = {Sims, Christopher A.},
  title = {Macroeconomics and Reality},
  journal = {Econometrica},
  year = {1980},
  volume = {48},
  pages = {1--48}
}
"""


TYPED = """
[names]
pattern = '10-year|90% (?:interval|bands)|p\\. 3'
why = "names"

[markdown]
pattern = '[12]\\.5|\\^1'
why = "a table written in Markdown, and a note"
"""


def make_project(folder: Path) -> Path:
    """Write the sample into an empty folder and return it."""
    files = {
        "analyses/__init__.py": '"""Programs of the sample."""\n',
        "analyses/specification.py": SPECIFICATION,
        "analyses/market.py": MARKET,
        "analyses/counts.py": COUNTS,
        "paper/paper.md": PAPER,
        "paper/refs.bib": REFERENCES,
        "paper/exhibits.toml": "[market]\ntolerance = 1e-6\n",
        "paper/assertions.toml": 'impact-negative = ["market.impact:upper < 0"]\n',
        "paper/typed.toml": TYPED,
    }
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text).lstrip(), encoding="utf-8")
    return folder
