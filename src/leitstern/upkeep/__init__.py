"""Keeping a workspace: is it whole, is there a copy of it, can the copy be used again, who may read it."""
