"""Where fetched vintages lie: ``ECON_DATA``, or the folder that each system gives to applications."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def data_home() -> Path:
    """Folder of the user's own vintages; it need not exist.

    Examples
    --------
    >>> data_home().is_absolute()
    True
    """
    own = os.environ.get("ECON_DATA")
    if own:
        return Path(own).absolute()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", str(Path.home()))) / "econ"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "econ"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "econ"
