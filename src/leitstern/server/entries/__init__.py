"""Numbers that people type or paste: a table of what and whom by period, checked, and taken as an import.

The store is what counts (`facts.typed`): the table shows what is there, whoever brought it, and what is typed
goes the way of every file, with a receipt, a new generation, and a way back.
"""
