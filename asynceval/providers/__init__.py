"""Wire formats: a call to an HTTP request, an HTTP response to a reply or a signal. Pure."""
