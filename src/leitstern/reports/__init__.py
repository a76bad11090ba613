"""Files for people: from plain values to PDF."""
