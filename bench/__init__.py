"""One question per file, one line of JSON as the answer. See README.md."""
