"""A published reflection as a reading that can be suggested. Pure."""
