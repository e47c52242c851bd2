"""Which hash finds the key of a 4 kB call in less time, SHA-256 or BLAKE2b?

Both as a call's key would use them. SHA-256 wins where the processor has instructions for it.
"""

from hashlib import blake2b, sha256
from timeit import repeat

from bench.rig import answer

ROUNDS, CALLS = 7, 5000


def main() -> None:
    """Take the best of a few rounds of each."""
    content = bytes(range(256)) * 16
    sha = min(repeat(lambda: sha256(content).digest()[:16], number=CALLS, repeat=ROUNDS))
    blake = min(
        repeat(lambda: blake2b(content, digest_size=16).digest(), number=CALLS, repeat=ROUNDS)
    )
    answer(bench="hashing", blake2b_over_sha256=round(blake / sha, 2))


if __name__ == "__main__":
    main()
