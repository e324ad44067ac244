"""Measures: what a KPI measures on each record, one kind in each module.

To add a kind, add its module, and give its class a name in ``kpi`` and in ``kpi.written``.
"""
