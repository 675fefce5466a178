"""How good the suggestions are: the visible past as a test, what it earns, and the report."""
