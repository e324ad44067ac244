"""How KPIs are computed. The public functions are in ``incidentcore.kpi``.

A ``Kpi`` says what to measure; ``compute_kpis`` goes through five steps, each a module here:

1. **Families** (``partial``). KPIs that differ only in their statistic, such as a mean and a median
   of one time, share their values. A ``Partial`` has one accumulator for each family, group and
   period.
2. **Compile** (``compile``). A KPI becomes one function of a record. Its answer is an outcome (a
   number, yes or no, a pair, a list of moments); or a text, the code under which the record is left
   out; or None for a record outside the population. The order is fixed: the population, canceled,
   the exclusions, what the source does not cover, and last what the measure itself cannot answer.
3. **Gather** (``gather``). Each record is read once, as it was known at the instant (rule K6).
   Where the window names a moment of the record, all KPIs of one basis look it up together. A
   measure that *spreads* has outcomes with instants of their own, and places them (``windows``).
4. **Merge**. Accumulators of the same kind add up, in any order (rule K4).
5. **Finish** (``compute``). A measure makes the figure of its accumulator: sorted integers and
   exact fractions, rounded once (``results``, ``estimates``). Rows in which nothing happened are
   added, so that a week without records is a volume of zero.

Three loops carry the load and are written for speed, with a benchmark each; do not tidy them:
``gather._gather`` does in place what a call would do for each record; ``Duration.fast_reader``
reads three fields in C; ``compiled_conditions`` compares plain values without a condition's detour.
"""
