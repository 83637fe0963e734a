"""Lines of the ledger: a claim in its parts, what each is held against, and the word that the rules give."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from scipy import special

from econ.estimate import ConfidenceSet, Estimate, Unavailable
from econ.infer import Claim, Verdict, ewc, ewc_terms, verdict

OPEN = "not decidable"
FALLS, RISES = -1.0, 1.0


@dataclass(frozen=True)
class Part:
    """One thing that a claim says, and the figure or estimate that it is held against."""

    claim: Claim
    found: Estimate | ConfidenceSet | float
    first: float | None = None

    @property
    def verdict(self) -> Verdict:
        """By the one rule of all claims."""
        return verdict(self.claim, self.found, self.first)


def together(words: Sequence[str]) -> str:
    """A claim in parts: right if all are, wrong if all are, overstated if some hold and others do not.

    A part that cannot be decided leaves the whole undecided.

    Examples
    --------
    >>> together(["right", "right at first print"]), together(["right", "wrong"]), together(["wrong", "overstated"])
    ('right at first print', 'overstated', 'wrong')
    """
    if OPEN in words:
        return OPEN
    holds = [word.startswith("right") for word in words]
    if all(holds):
        return "right" if set(words) == {"right"} else "right at first print"
    if len(set(words)) == 1:
        return words[0]
    return "overstated" if any(holds) else "wrong"


def supported(word: str, p_values: Sequence[float], size: float) -> str:
    """A verdict of estimates stands only if every test that does without their errors rejects too.

    Examples
    --------
    >>> supported("right", [0.03, 0.25], 0.1), supported("wrong", [0.03], 0.1), supported("not decidable", [], 0.1)
    ('not decidable', 'wrong', 'not decidable')
    """
    return OPEN if any(p_value > size for p_value in p_values) else word


@dataclass(frozen=True)
class Line:
    """One claim of the story.

    Parameters
    ----------
    number, words : str
        N1 and what was said.
    series : str
        What settles it, and the vintage where it is not the embedded archive.
    parts : tuple of Part
        What was said, each part with what was found; empty if no series of it is at hand.
    shown : int
        The part that the table prints.
    p_values : dict of str to float
        Tests that do without standard errors, each with its name; the verdict needs all of them.
    size : float
        Of these tests.
    missing : str
        Why nothing was found, and the command that completes it.
    note : str
        What a reader should know of it, in one sentence.
    more : dict
        Further numbers.
    """

    number: str
    words: str
    series: str
    parts: tuple[Part, ...]
    shown: int = 0
    p_values: dict[str, float] = field(default_factory=dict)
    size: float = 0.10
    missing: str = ""
    note: str = ""
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def verdict(self) -> str:
        """The word that the rules give; never one that was typed beside the claim."""
        if not self.parts:
            return OPEN
        return supported(together([part.verdict.word for part in self.parts]), list(self.p_values.values()), self.size)

    @property
    def detectable(self) -> float | Unavailable:
        """Smallest effect that the part which is shown would have seen."""
        return self.parts[self.shown].verdict.detectable if self.parts else Unavailable("no series of it is at hand")

    @property
    def rule(self) -> str:
        """What the claim is held to, part by part."""
        said = "; ".join(str(part.claim) for part in self.parts) or "no rule without a series"
        tests = "".join(f"; p of {name} below {self.size:.2f}" for name in self.p_values)
        return said + tests


def mean(values: pd.Series, *, level: float, units: str, label: str) -> Estimate:
    """Mean of a series with equal-weighted cosines and Student's t; a month that nobody published is left out.

    Of 2,000 series with autocorrelation 0, 0.3 and 0.5 (40, 40 and 50 months), nominal 90% intervals cover 91, 90 and 87%;
    with six Bartlett lags, as was fixed first, 83, 79 and 78%.

    Examples
    --------
    >>> print(mean(pd.Series(1.0 + np.sin(np.arange(48.0))), level=0.9, units="bp", label="mean"))
    1.039 bp, s.e. 0.037
    """
    known = values.dropna().to_numpy(dtype=float)
    centre, terms = float(known.mean()), ewc_terms(len(known))
    variance = ewc(np.ones((len(known), 1)), known - centre, terms=terms)
    error = float(np.sqrt(variance[0, 0]))
    return normal(centre, error, level=level, units=units, label=label, nobs=len(known), df=terms)


def normal(
    value: float, error: float, *, level: float, units: str, label: str, nobs: int = 0, df: float | None = None
) -> Estimate:
    """An estimate with the interval of the normal, or of Student's t."""
    half = 0.5 + level / 2.0
    reach = error * float(special.ndtri(half) if df is None else special.stdtrit(df, half))
    return Estimate(value, error, value - reach, value + reach, level, units, label, nobs)
