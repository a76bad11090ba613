"""Reads the outside: files become raw tables in which every row is accounted for.

- ``files``    land a file: find it, read it in a limited child process, keep its text unchanged
- ``columns``  decide over a whole column how its text is to be read, or ask
- ``typed``    turn a column of text into numbers, days and moments, and name the rows that refuse

This package imports nothing heavy by itself; take the module you need.
"""
