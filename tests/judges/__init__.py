"""Tests of asynceval.judges."""
