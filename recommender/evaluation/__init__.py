"""How good suggestions are: data in the benchmark's form, measures, intervals, a report."""
