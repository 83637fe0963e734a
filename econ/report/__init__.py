"""Room of the package; see its modules."""
