"""From what the user wrote, a TOML file and flags, to one checked `Request`."""
