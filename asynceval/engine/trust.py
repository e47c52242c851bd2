"""Trust: which certificates are accepted over TLS, and in words why one is not."""

import ssl

# OpenSSL's numbers for the ways in which a certificate fails.
_NOT_YET_VALID = 9
_EXPIRED = 10
_UNKNOWN_AUTHORITY = (18, 19, 20, 21)
_OTHER_NAME = (62, 64)


def trust(ca_file: str | None) -> ssl.SSLContext:
    """Return a context that trusts the system's authorities, and those of a PEM file besides.

    OSError if the file cannot be read, ssl.SSLError (an OSError too) if it holds no certificate.
    """
    context = ssl.create_default_context()
    context.set_alpn_protocols(("http/1.1",))
    if ca_file is not None:
        context.load_verify_locations(ca_file)
    return context


def refusal(error: BaseException, host: str) -> str:
    """Return why the certificate of a host is not accepted, and what to do about it."""
    code = error.verify_code if isinstance(error, ssl.SSLCertVerificationError) else None
    if code == _EXPIRED:
        return f"the certificate of {host} has expired"
    if code == _NOT_YET_VALID:
        return f"the certificate of {host} is not valid yet: is this machine's clock right?"
    if code in _OTHER_NAME:
        return f"the certificate of {host} is for another name: is base_url right?"
    if code in _UNKNOWN_AUTHORITY:
        return (
            f"the certificate of {host} is self-signed or of an unknown authority: "
            "if it is your own, set the endpoint's ca_file to the authority's certificate"
        )
    return f"the certificate of {host} is not accepted"
