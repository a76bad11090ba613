"""Logging in, and what somebody may set for their own account."""
