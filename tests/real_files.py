"""Real MT-Bench files, which are not part of the project: tests that read them are skipped without."""

from pathlib import Path

import pytest

MT_BENCH = Path(__file__).parents[2] / "shared/mt_bench"

needs_mt_bench = pytest.mark.skipif(
    not MT_BENCH.is_dir(), reason=f"the real MT-Bench files are not at {MT_BENCH}"
)
