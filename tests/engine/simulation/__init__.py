"""Whole runs on virtual time, drawn from a seed: limits, servers and disks with faults, kills, resumes.

`python -m tests.engine.simulation SEED` plays one seed, and prints its course and what was wrong.
"""
