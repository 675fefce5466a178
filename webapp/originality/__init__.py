"""Words that are close to others': shown to the author before submitting, and to nobody else."""
