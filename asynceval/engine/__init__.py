"""The engine: the only place that spawns tasks, waits, sends and writes."""
