"""The account of the data: of each fact how many records there are, what counts, and what does not, and why.

``facts`` gives it for one fact, ``checks`` says in which ways a record counts less than it should,
``lacks`` why a KPI is empty, and ``told`` compares values with what another system says.
"""
