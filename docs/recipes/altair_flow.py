"""Flow by week, drawn by altair from the rows of ``flow_data``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt


def flow(rows: Sequence[Mapping[str, Any]], *, zone: str) -> alt.Chart:
    """Return a chart with two bars for each period."""
    values = [
        {"period": row["period"], "what": what.replace("_", " "), "records": row[what]}
        for row in rows
        for what in ("came_in", "went_out")
    ]
    return (
        alt.Chart(alt.Data(values=values))
        .mark_bar()
        .encode(
            x=alt.X("period:O", title=f"period ({zone})"),
            xOffset="what:N",
            y=alt.Y("records:Q", title="records"),
            color=alt.Color("what:N", scale=alt.Scale(range=["#0072b2", "#d55e00"])),
        )
    )
