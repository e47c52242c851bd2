"""`asynceval verify`: the ledger is checked as the log is."""

from pathlib import Path

from click.testing import CliRunner

from asynceval.cli.main import main
from asynceval.domain.reply import Tokens
from asynceval.store.store import Store
from tests.store.samples import record


def test_a_damaged_ledger_is_named_and_repaired(tmp_path: Path) -> None:
    """Exit 4 and the place; a repair keeps the other lines, and says where the damaged one is."""
    with Store(tmp_path, write=True) as store:
        for number in range(3):
            asked = record(number)
            store.note_sent(asked.key, asked.cell, Tokens(5, 5))
            store.put(asked)
    ledger = tmp_path / "ledger-1.jsonl"
    lines = ledger.read_bytes().splitlines(keepends=True)
    ledger.write_bytes(lines[0] + lines[1].replace(b"answer", b"ansver") + lines[2])
    seen = CliRunner().invoke(main, ["verify", str(tmp_path)])
    assert seen.exit_code == 4
    assert seen.stdout == "3 records are intact in 1 file\n"
    assert f"damaged: {ledger}: no intact record at byte {len(lines[0])} " in seen.stderr
    repaired = CliRunner().invoke(main, ["verify", str(tmp_path), "--repair"])
    assert repaired.exit_code == 0
    assert f"set aside what was damaged in {ledger}.damaged" in repaired.stderr
    assert ledger.read_bytes() == lines[0] + lines[2]
    assert CliRunner().invoke(main, ["verify", str(tmp_path)]).exit_code == 0
