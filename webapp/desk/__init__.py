"""The organizer's desk: what waits for an answer, and what was said of it."""
