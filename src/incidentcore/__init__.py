"""incidentcore: the domain library for IT incident management."""
