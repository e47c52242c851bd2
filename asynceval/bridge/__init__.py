"""FastChat's files in and out: its layout is in `layout.py`, what a row means in `rows.py`."""
