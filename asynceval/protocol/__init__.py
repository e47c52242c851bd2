"""What is asked, in which order, and what follows from a reply: pure, and the same for engine and report."""
