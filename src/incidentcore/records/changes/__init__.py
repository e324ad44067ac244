"""The changes of a record that need no lifecycle: one verb for each event."""
