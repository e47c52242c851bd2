"""The intake: FastChat's files into a run directory, a row at a time."""

from contextlib import closing
from pathlib import Path

from asynceval.benchmarks.jsonl import load_questions, load_references
from asynceval.benchmarks.mt_bench import attach
from asynceval.benchmarks.records import Problems, Record, read
from asynceval.bridge import layout, originals
from asynceval.bridge.account import Account
from asynceval.bridge.gathering import Gathering, merged
from asynceval.bridge.originals import Draft, Original
from asynceval.bridge.rows import Row
from asynceval.bridge.source import Source, sources
from asynceval.domain.errors import ConfigError
from asynceval.domain.imported import call
from asynceval.domain.question import Question
from asynceval.protocol.conversation import Plan
from asynceval.store import request
from asynceval.store.line import Record as Line
from asynceval.store.lock import locked
from asynceval.store.store import Store

_OTHER_TEXT = "the run has another text for this cell, which stays: import into a new run directory"


def take_in(folder: Path, run: Path) -> Account:
    """Import the files below `folder` into the directory of a run, and return the account of it.

    Importing again adds what is new. Raises ConfigError if there is nothing to import, or if it does
    not go with what the run holds; StorageError if that cannot be read or written.
    """
    folder = folder.absolute()
    account = Account(folder)
    work = tuple(sources(folder, account))
    others = [folder / layout.QUESTIONS] if (folder / layout.QUESTIONS).is_file() else []
    others += layout.files(folder / layout.REFERENCES)
    if not work and not others:
        raise ConfigError(
            f"{folder}: nothing to import; looked for {layout.QUESTIONS}, {layout.ANSWERS}/*.jsonl, "
            f"{layout.REFERENCES}/*.jsonl and {layout.JUDGMENTS}/*_single.jsonl and *_pair.jsonl"
        )
    with locked(run):
        old = request.read(run) if (run / "sweep.json").exists() else None
        questions = _questions(folder, account, old)
        gathering = Gathering()
        with Store(run, write=True) as store, closing(Draft(run)) as draft:
            _keep_others(folder, run, {source.file for source in work}, others, draft)
            for source in work:
                for record, row in source.rows(questions, account):
                    if row is not None:
                        gathering.add(row)
                    draft.add(_logged(source, record, row, store, account))
            plan = merged(old, run.absolute().name, tuple(questions.values()), gathering)
            store.sync()
            draft.publish()
        request.write(run, plan)
    return account


def _logged(
    source: Source, record: Record, row: Row | None, store: Store, account: Account
) -> Original:
    """Put a row's words into the log, as far as they are new, and return what else is to be kept."""
    texts = []
    for entry in () if row is None else row.entries:
        key = call(entry.cell).key()
        there = store.get(key)
        if there is None:
            at = 0.0 if row is None else row.at
            store.put(Line(key, entry.cell, entry.reply, at, 0.0, 0.0, attempts=0))
        elif there != entry.reply:
            account.note(source.path, None, _OTHER_TEXT)
            continue
        account.taken[f"{entry.cell.kind}s" + ("" if there is None else ", there already")] += 1
        if entry.where is not None:
            texts.append((entry.where, key))
    short = originals.shortened(record, (where for where, _ in texts))
    return Original(source.file, short, tuple(texts))


def _questions(folder: Path, account: Account, old: Plan | None) -> dict[str, Question]:
    """Return the questions of the run and of the files by id, with the references that there are."""
    known = {} if old is None else {question.id: question for question in old.questions}
    path = folder / layout.QUESTIONS
    if path.exists():
        for question in load_questions(path, account):
            account.taken["questions"] += 1
            before = known.get(question.id)
            if before is None or not any(before.turns):
                known[question.id] = question
            elif before.turns != question.turns:
                raise ConfigError(
                    f"{path}: question {question.id} has other turns than in the run: "
                    "import into a new run directory"
                )
    references: dict[str, tuple[str, ...]] = {}
    for path in layout.files(folder / layout.REFERENCES):
        for name, turns in load_references(path, skipped=account).items():
            account.taken["reference answers"] += 1
            if references.setdefault(name, turns) != turns:
                what = "another reference than in a file before, whose one is used"
                account.note(path, None, what, f"question {name}")
    for question in attach(tuple(known.values()), references):
        if question.reference:
            known[question.id] = question
    return known


def _keep_others(folder: Path, run: Path, work: set[str], others: list[Path], draft: Draft) -> None:
    """Keep what was imported before from other files, and the rows that fill no cells."""
    whole = {path.relative_to(folder).as_posix(): path for path in others}
    for original in originals.read(run):
        if original.file not in work and original.file not in whole:
            draft.add(original)
    ignored = Problems()
    for file, path in whole.items():
        for _, record in read(path, ignored, ignored):
            draft.add(Original(file, record))
