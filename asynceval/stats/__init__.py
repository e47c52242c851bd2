"""Statistics: pure functions of numbers, each with the definition it follows."""
