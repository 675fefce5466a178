"""What changed of study: by this, whatever is kept in memory knows whether it is still so."""
