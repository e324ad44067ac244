"""Measures: what a KPI measures on each record.

To add a kind, write its class beside those that read the same, and name it in ``kpi`` and in
``kpi.written``.
"""
