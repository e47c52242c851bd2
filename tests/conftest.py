"""What holds for all tests."""

from hypothesis import settings

# Other work on the machine is no failure.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")
