"""Cointegrated VARs: reduced-rank estimates, rank tests, restrictions, permanent and transitory shocks."""
