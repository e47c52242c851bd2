"""Question and reference files, and the rules of benchmarks as data."""
