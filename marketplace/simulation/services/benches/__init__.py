"""Measuring the trading jobs: a market of its own, the job on a copy of it, and a floor beside it.

Knows nothing of how a job works: it runs what production runs, and looks at the rows that come out.
"""
