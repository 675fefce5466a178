"""The coach: reads a draft for its author, and asks. Writes nothing into it, tells nobody."""
