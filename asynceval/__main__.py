"""`python -m asynceval` is the `asynceval` command."""

from asynceval.cli.main import main

if __name__ == "__main__":
    main()
