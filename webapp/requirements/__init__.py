"""What units ask of their members' study, and what came of it, computed from what happened."""
