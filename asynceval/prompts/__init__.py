"""Judge templates, and reading what a judge or a model wrote. Pure."""
