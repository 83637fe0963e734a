"""Schemes that identify shocks up to a point, one a file: a new scheme goes here."""
