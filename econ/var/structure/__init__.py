"""What identification gives, whatever the scheme: shocks, responses, decompositions, counterfactuals, scenarios."""
