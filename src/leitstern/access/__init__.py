"""Who may see what: one policy, asked by pages, API, exports, PDF, records and commands."""
