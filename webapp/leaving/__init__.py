"""What a member has a right to: take everything of their own along, bring it back, and go."""
