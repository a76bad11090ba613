"""Decisions one can defend: forecasts, funnel, guards against bad KPIs; functions on arrays and dates."""
