"""The reduced form: specification, least squares, lag choice, bias, diagnostics, forecasts, bootstrap."""
