"""Three to five KPIs for a business goal: the outcome, what leads to it, what keeps it honest."""
