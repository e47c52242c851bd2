"""Tests of asynceval.protocol."""
