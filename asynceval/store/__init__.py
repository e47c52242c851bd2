"""The run directory: an append-only log of paid calls, its index, its lock, and what was asked."""
