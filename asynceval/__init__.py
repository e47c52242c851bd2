"""Evaluate language models on open questions: async, high-throughput, resumable."""

__version__ = "0.1.0"
