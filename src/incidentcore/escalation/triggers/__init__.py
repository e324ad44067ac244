"""Triggers of escalation levels; subclass ``Trigger`` to add a type of your own (rule E2)."""
