"""Reminders: a digest by mail in the member's language and hour, and private feeds."""
