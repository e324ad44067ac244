"""Django: a table of states for the admin, kept by a command that follows the feed."""
