"""How KPIs are computed. The public functions are in ``incidentcore.kpi``.

A ``Kpi`` says what to measure; ``compute_kpis`` goes through five steps, each a module here:

1. **Families** (``partial``). KPIs that differ only in their statistic, such as the mean and the
   median of one duration, share their values. A ``Partial`` has one accumulator for each family,
   group and period.
2. **Compile** (``compile``). A KPI becomes one function of a record. Its result is an outcome (a
   number, yes or no, a pair, a list of instants); or a string, the code under which the record is
   left out; or None for a record outside the population. The checks have a fixed order: the
   population, canceled, the exclusions, data that the source does not supply, and last whether the
   measure has a value.
3. **Gather** (``gather``). Each record is read once, as it was known at the instant (rule K6). If
   the window depends on a time of the record, that time is looked up once for all KPIs with the
   same basis. A measure that *spreads* has outcomes with their own instants, and assigns them to
   periods (``periods.Windows``).
4. **Merge**. Accumulators of the same kind are added, in any order (rule K4).
5. **Finish** (``compute``). A measure computes the figure from its accumulator: sorted integers and
   exact fractions, rounded once (``results``, ``estimates``). Rows in which nothing happened are
   added, so that a week without records is a volume of zero.

Three loops take most of the time and are written for speed, each with a benchmark; do not tidy
them: ``gather._gather`` does inline what a call would do for each record; ``Duration.fast_reader``
reads three fields in C; ``compiled_conditions`` compares plain values without calling the
condition.
"""
