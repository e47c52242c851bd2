"""A source: one file of answers or judgments, read row by row."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from asynceval.benchmarks.records import Problems, Record, read
from asynceval.bridge import layout, rows
from asynceval.bridge.account import Account
from asynceval.bridge.duplicates import Duplicates
from asynceval.bridge.rows import Row, UnusableError
from asynceval.domain.question import Question

Reader = Callable[[Record, str, Mapping[str, str]], Row]
_NO_SUCH_TURN = "a turn that the question does not have: kept, and in no report"


@dataclass(frozen=True, slots=True)
class Source:
    """A file, its path in the folder, the name that it stands for, and how its rows are read."""

    path: Path
    file: str
    name: str
    reader: Reader

    def rows(
        self, questions: Mapping[str, Question], account: Account
    ) -> Iterator[tuple[Record, Row | None]]:
        """Yield every row that can be used; None beside those that another row of the file replaces.

        Everything out of the ordinary goes into the account.
        """
        categories = {question.id: question.category for question in questions.values()}
        duplicates = Duplicates(lambda: self._usable(categories))
        for line, record in read(self.path, account, account):
            try:
                row = self.reader(record, self.name, categories)
            except UnusableError as error:
                account.add(self.path, line, error.key, error.message)
                continue
            note = duplicates.note(line)
            if note is not None:
                account.note(self.path, line, note)
            if duplicates.is_lost(line):
                yield record, None
                continue
            for oddness in row.oddnesses:
                account.note(self.path, line, oddness.what, oddness.detail)
            for entry in row.entries:
                question = questions.get(entry.cell.question)
                if question and any(question.turns) and entry.cell.turn > len(question.turns):
                    account.note(self.path, line, _NO_SUCH_TURN)
            yield record, row.repeated(duplicates.repeat(line))

    def _usable(self, categories: Mapping[str, str]) -> Iterator[tuple[int, Row]]:
        ignored = Problems()
        for line, record in read(self.path, ignored, ignored):
            try:
                yield line, self.reader(record, self.name, categories)
            except UnusableError:
                continue


def sources(folder: Path, account: Account) -> Iterator[Source]:
    """Yield the files of answers and then those of judgments below a folder."""
    answers, judgments = folder / layout.ANSWERS, folder / layout.JUDGMENTS
    for path in layout.files(answers):
        file = path.relative_to(folder).as_posix()
        yield Source(path, file, layout.name_of(path, answers), rows.answer)
    for path in layout.files(judgments):
        name = layout.name_of(path, judgments)
        kind = layout.kind_of(name)
        if kind is None:
            account.note(path, None, "neither *_single.jsonl nor *_pair.jsonl: left alone")
            continue
        reader = rows.single if kind == "single" else rows.pair
        yield Source(path, path.relative_to(folder).as_posix(), name, reader)
