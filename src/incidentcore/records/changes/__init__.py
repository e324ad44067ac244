"""Changes of a record that need no lifecycle: one function for each event."""
