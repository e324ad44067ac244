"""Charts of the rows that ``*_data`` functions return (extra ``plots``: matplotlib).

Every ``plot_*`` function draws such rows and returns the axes on which it drew; pass your own as
``ax``. ``theme`` is ``"light"`` or ``"dark"``. ``zone`` is the time zone of a time axis. Where it
may be None, it is the zone of period boundaries or hours; without it, the chart names no zone.
"""

from incidentcore.plots.canvas import picture
from incidentcore.plots.data import (
    burndown_data,
    clock_data,
    forecast_data,
    life_data,
    rota_data,
    week_data,
)
from incidentcore.plots.series import (
    plot_aging,
    plot_backlog,
    plot_burndown,
    plot_compliance,
    plot_control_chart,
    plot_distribution,
    plot_flow,
    plot_forecast,
    plot_survival,
    plot_trend,
    plot_week,
)
from incidentcore.plots.spans import plot_clock, plot_life, plot_rota

__all__ = [
    "burndown_data",
    "clock_data",
    "forecast_data",
    "life_data",
    "picture",
    "plot_aging",
    "plot_backlog",
    "plot_burndown",
    "plot_clock",
    "plot_compliance",
    "plot_control_chart",
    "plot_distribution",
    "plot_flow",
    "plot_forecast",
    "plot_life",
    "plot_rota",
    "plot_survival",
    "plot_trend",
    "plot_week",
    "rota_data",
    "week_data",
]
