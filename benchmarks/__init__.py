"""Benchmarks: every figure is a ratio beside its target; run one as ``python -m benchmarks.NAME``.

Absolute times say nothing on a shared machine, so both sides run interleaved in one process (or as
interleaved processes, for imports) and the median of the paired rounds is printed.
"""
