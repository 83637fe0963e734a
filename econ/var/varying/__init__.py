"""VARs whose coefficients and volatilities change over time."""
