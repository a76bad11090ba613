"""Decisions one can defend: forecasts, funnel, and the guards against bad KPIs; plain functions on arrays and dates."""
