"""Changes to a record that do not involve its lifecycle: one function for each kind of event."""
