"""Comparing people, teams, campaigns or products without mistaking chance for merit."""
