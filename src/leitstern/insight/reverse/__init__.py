"""From a goal back to what must arrive, when, and what it takes."""
