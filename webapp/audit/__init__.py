"""Who did what of consequence, and when: the log that administrators read."""
