"""The recipes of the how-to pages, started for real."""
