"""Where fetched vintages lie: ``ECON_DATA``, or the folder that each system gives to applications."""

from __future__ import annotations

import os
from pathlib import Path

from platformdirs import user_data_path


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
    return user_data_path("econ", appauthor=False)
