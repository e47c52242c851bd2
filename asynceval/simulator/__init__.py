"""A local OpenAI-compatible server with latency, limits and faults; it knows nothing of the rest.

Everything but `server.py`, `service.py` and `responses.py` is pure: chance comes from hashes, the
clock is passed in.
"""
