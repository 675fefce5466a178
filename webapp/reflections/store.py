"""SQL of reflections."""
