"""The events of a record's history: one frozen class for each kind (rule H1)."""
