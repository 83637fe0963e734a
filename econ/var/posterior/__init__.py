"""Bayesian VARs: priors, hyperparameters, posterior draws: a new prior goes here."""
