"""`save` and `load_result`: a result in one file, and the same result out of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from econ.border import checked
from econ.errors import SchemaError, SpecificationError
from econ.files import atomic_stream
from econ.saved import archive
from econ.saved.read import Reader
from econ.saved.write import Writer, is_result
from econ.version import __version__

FORMAT = "econ result"
VERSION = 1
"""Of the format; raised when a file of the new kind cannot be read by the old package."""


@checked
def save(result: Any, path: str | Path) -> Path:
    """Write a result to one file, whole or not at all; equal results give equal bytes.

    The file is a zip archive without compression: ``econ.json`` says what the result is made of, ``arrays/0.npy``, ...
    hold its numbers as numpy writes them, and ``SHA256SUMS`` the checks of all, in the format of ``sha256sum -c``. No
    program is in it: R, Julia or a text editor can open it, and loading it runs nothing. What the result was made from
    (data, specification, draws, seed) goes along, and what it shares with its parents is written once.

    Parameters
    ----------
    result : result, table, or a dict, list or tuple of some
        What an estimator returned, such as `VARResults`, `IRF`, `Estimate` or a specification curve. Results that
        belong together, such as responses whose draws are joint, are saved together: in one dict, to one file.
    path : str or Path
        Where; its folder is made if it is not there, a file of that name is replaced.

    Returns
    -------
    Path
        The path.

    Raises
    ------
    SpecificationError
        For what is no result, and for a result that holds a function (a figure, an estimator of a tournament) or an
        object of another package; names the field. Of a specification curve the results are kept, its function is not.
    WriteError
        If the disk is full or the folder cannot be written; a file that was there stays as it was.

    See Also
    --------
    load_result : gives it back.

    Examples
    --------
    >>> import tempfile
    >>> from econ import Estimate
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     load_result(save(Estimate(-6.0, 1.5, -8.5, -3.5, units="bp"), f"{folder}/impact.econ"))
    Estimate(value=-6.0, std_error=1.5, lower=-8.5, upper=-3.5, level=0.9, units='bp', label='', nobs=0, region=None)
    """
    if not is_result(result):
        raise SpecificationError(
            f"save keeps results, tables, and collections of them; found {str(result)[:60]!r}, which a text file keeps."
        )
    if not str(path):
        raise SpecificationError("path is empty; name the file, such as 'impact.econ'.")
    writer = Writer()
    try:
        root = writer.node(result)
    except RecursionError as error:
        raise SpecificationError(
            "the result was made in too many steps, each holding the one before; save it with less of its history: "
            "dataclasses.replace(result, parent=None)."
        ) from error
    header = {"format": FORMAT, "version": VERSION, "econ": __version__, "root": root, "records": writer.records}
    text = json.dumps(header, allow_nan=False, ensure_ascii=False, separators=(",", ":"))
    with atomic_stream(Path(path)) as stream:
        archive.pack(stream, text.encode("utf-8", "surrogatepass"), writer.arrays)
    return Path(path)


@checked
def load_result(path: str | Path) -> Any:
    """Read what `save` wrote; every part is checked against its sha256 first.

    Parameters
    ----------
    path : str or Path
        The file.

    Returns
    -------
    result
        Of the type that was saved, field by field the same; it computes the same numbers. In place of the function of
        a specification curve stands one that says that it is not there.

    Raises
    ------
    ResultMissing
        If there is no such file.
    ChecksumMismatch
        If a part of it was changed.
    SchemaError
        If it is truncated, written by something else, or by a newer version of the package than this one.

    See Also
    --------
    save : writes it, and has the example.
    """
    content, arrays = archive.unpacked(Path(path))
    try:
        header = json.loads(content.decode("utf-8", "surrogatepass"))
        _check_header(header, Path(path))
        reader = Reader(arrays)
        for record in header["records"]:
            reader.add(record)
        return reader.node(header["root"])
    except SchemaError:
        raise
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
        raise SchemaError(f"{path} does not hold what econ.save writes ({error}); {archive.AGAIN}.") from error


def _check_header(header: Any, path: Path) -> None:
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        raise SchemaError(f"{path} is no file of econ.save; {archive.AGAIN}.")
    if not isinstance(header.get("version"), int) or header["version"] > VERSION:
        raise SchemaError(
            f"{path} is of version {header.get('version')!r} of the format, by econ {header.get('econ')!r}; this is "
            f"econ {__version__}, which reads versions up to {VERSION}: update it."
        )
