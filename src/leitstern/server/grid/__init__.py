"""The table of goals: many goals of one kind side by side, edited, pasted and saved at once."""
