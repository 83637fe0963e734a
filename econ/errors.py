"""Every error and warning of the package.

::

    EconError
    ├─ DataError
    │  ├─ SeriesNotFound(KeyError)
    │  ├─ VintageMissing(FileNotFoundError)
    │  ├─ ResultMissing(FileNotFoundError)
    │  ├─ ChecksumMismatch
    │  ├─ SchemaError(ValueError)
    │  ├─ FrequencyError(ValueError)
    │  ├─ DownloadError(OSError)
    │  └─ WriteError(OSError)
    ├─ SpecificationError(ValueError)
    │  ├─ Contradiction
    │  ├─ SampleTooShort
    │  └─ UnknownName (a SeriesNotFound too)
    ├─ EstimationError(ArithmeticError)
    │  ├─ SingularDesign
    │  ├─ Unstable
    │  ├─ NotConverged
    │  └─ NotCointegrated
    ├─ OutOfMemory(MemoryError)
    ├─ IdentificationError
    │  ├─ NotIdentified
    │  ├─ NoAdmissibleDraw
    │  └─ PriorExcludesData
    └─ ReplicationError
       └─ OutputDiffers

    EconWarning(UserWarning)
    ├─ WeakInstrument
    ├─ WeakIdentification
    ├─ Revised
    ├─ ShortSample
    ├─ MissingValues
    └─ UnusedChoice

A message says what was asked, what was found and what to do, one sentence each. Each leaf also derives
from the builtin that a caller would already catch.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class EconError(Exception):
    """Root of the tree; catch it to catch everything the package raises on purpose."""

    def __str__(self) -> str:  # KeyError would print the repr of its message
        return " ".join(str(part) for part in self.args)


class DataError(EconError):
    """Something is wrong with data: a name, a file, a value or a date."""


class SeriesNotFound(DataError, KeyError):
    """No series, holder or layout of that name; look it up in ``econ.catalogue()``."""


class VintageMissing(DataError, FileNotFoundError):
    """No vintage or file of that date; ``python -m econ data list`` names those on disk."""


class ResultMissing(DataError, FileNotFoundError):
    """No file of that name to load a result from; ``econ.save(result, path)`` writes one."""


class ChecksumMismatch(DataError):
    """A file is not the file that the manifest describes; restore it from the repository."""


class SchemaError(DataError, ValueError):
    """A value breaks a rule; the message names column, rule and first offending date."""


class FrequencyError(DataError, ValueError):
    """Dates are missing, or frequencies are mixed; convert with a named rule first."""


class DownloadError(DataError, OSError):
    """A publisher could not be reached or sent something else; nothing was written."""


class WriteError(DataError, OSError):
    """A file or folder cannot be written; what was there stays; free the disk, or name another folder."""


class SpecificationError(EconError, ValueError):
    """The request makes no sense, whatever the data; read the sentence about what is allowed."""


class Contradiction(SpecificationError):
    """Restrictions that no value of the parameters meets together; drop the one named."""


class SampleTooShort(SpecificationError):
    """Too few observations for the parameters asked for; ask for fewer or extend the sample."""


class UnknownName(SpecificationError, SeriesNotFound):
    """The data or results at hand have no variable, response, shock or unit of that name; the message names some."""


class EstimationError(EconError, ArithmeticError):
    """The computation cannot give a number for these data."""


class SingularDesign(EstimationError):
    """Regressors are collinear; drop one of the columns named."""


class Unstable(EstimationError):
    """A root lies on or outside the unit circle where stability is required; difference or detrend."""


class NotConverged(EstimationError):
    """An iteration stopped before its tolerance; more iterations or other starting values may help."""


class NotCointegrated(EstimationError):
    """The tests find no cointegration, or no unit root: a VAR in differences, or one in levels, is what fits."""


class OutOfMemory(EconError, MemoryError):
    """The system gives no more memory; raise the limit, or ask for fewer draws or workers at a time."""


class IdentificationError(EconError):
    """The structure asked for cannot be had from this reduced form."""


class NotIdentified(IdentificationError):
    """The identifying information is absent; the message says which condition fails."""


class NoAdmissibleDraw(IdentificationError):
    """No draw met the restrictions; relax the one named as failing most often."""


class PriorExcludesData(IdentificationError):
    """Prior and data have nothing in common; check the signs and units of the prior, or widen it."""


class ReplicationError(EconError):
    """A rebuilt result is not the committed one."""


class OutputDiffers(ReplicationError):
    """A cell differs by more than its tolerance; the message names exhibit, cell and both values."""


class EconWarning(UserWarning):
    """Root of the warnings."""


class WeakInstrument(EconWarning):
    """The first stage is too weak for the usual intervals; use the weak-instrument-robust set."""


class WeakIdentification(EconWarning):
    """The tests do not tell the shocks apart; read only what the message leaves, or use restrictions or instruments."""


class Revised(EconWarning):
    """Figures were revised after the vintage asked for; ``python -m econ data diff`` shows every one."""


class ShortSample(EconWarning):
    """The sample is short for the asymptotics used; the message says what counts, how many there are and are needed."""


class MissingValues(EconWarning):
    """Missing values were left out; the message says how many and where."""


class UnusedChoice(EconWarning):
    """A choice was changed that the exhibit does not read; the message names the field."""


def suggestion(wanted: str, known: Iterable[str]) -> str:
    """Say ``did you mean 'DGS1' or 'DGS10'?`` for a name that is not known.

    Parameters
    ----------
    wanted : str
        What was asked for.
    known : iterable of str
        What exists.

    Returns
    -------
    str
        A question naming up to three close names, or a sentence listing the first names that exist.

    Examples
    --------
    >>> suggestion("DGS01", ["DGS10", "DGS1", "CPIAUCSL"])
    "did you mean 'DGS1' or 'DGS10'?"
    >>> suggestion("dgs10", ["DGS10", "CPIAUCSL"])
    "did you mean 'DGS10'?"
    """
    names = [str(name) for name in known]
    if not names:
        return "there are none."
    close = get_close_matches(str(wanted), names, n=3, cutoff=0.6)
    if not close:  # capitals are no other letters
        small = {name.casefold(): name for name in reversed(names)}
        close = [small[each] for each in get_close_matches(str(wanted).casefold(), small, n=3, cutoff=0.6)]
    if close:
        return f"did you mean {' or '.join(repr(name) for name in close)}?"
    shown = ", ".join(repr(name) for name in names[:8])
    return f"known are {shown}{', ...' if len(names) > 8 else ''}."
