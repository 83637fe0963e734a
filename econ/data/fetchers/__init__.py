"""Fetchers: one module a publisher, each saying what there is and under which address."""
