"""Tests of the progress display."""
