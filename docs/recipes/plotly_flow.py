"""Flow by week, drawn by plotly from the rows of ``flow_data``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go


def flow(rows: Sequence[Mapping[str, Any]], *, zone: str) -> go.Figure:
    """Return a figure with two bars for each period."""
    periods = [row["period"] for row in rows]
    figure = go.Figure()
    for what, color in (("came_in", "#0072b2"), ("went_out", "#d55e00")):
        heights = [row[what] for row in rows]
        figure.add_bar(x=periods, y=heights, name=what.replace("_", " "), marker_color=color)
    figure.update_layout(xaxis_title=f"period ({zone})", yaxis_title="records")
    return figure
