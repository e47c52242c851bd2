"""Judging modes: from a question and its answers to the prompts a judge is asked. Pure."""
