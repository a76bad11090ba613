"""How a KPI's value grows, ripens or drifts over a period, learned from earlier periods."""
