"""The version of the package, as `pyproject.toml` has it: known without an installation, written into saved results."""

__version__ = "0.1.0"
