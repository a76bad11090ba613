"""One module per way to answer the questions.

A method offers ``NAME``, ``connect(folder, threads)`` -> state, ``level(state, level)`` -> answer (timed;
any form) and ``tables(answer)`` -> Arrow tables in the shape of ``questions`` (not timed). Where it can,
also ``shapes(state, level)`` for the rolling and cumulative KPIs, ``together(state, shaped)`` for the three
levels in one question, and ``extra(state)`` for further measurements.
"""
