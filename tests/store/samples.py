"""Records and plans to store, alike in every test but for what the test is about."""

from hashlib import blake2b
from pathlib import Path

from hypothesis import strategies as st

from asynceval.domain.cell import Cell
from asynceval.domain.jury import Jury
from asynceval.domain.question import Question
from asynceval.domain.reply import Reply, Tokens, Usage
from asynceval.domain.rubric import Rubric, Scale
from asynceval.domain.sweep import Endpoint, Judge, Price, Server, Sweep, Target
from asynceval.prompts.templates import builtin
from asynceval.protocol.conversation import Plan
from asynceval.store.line import Record


def key(number: int) -> bytes:
    """Return a key of its own for each number."""
    return blake2b(str(number).encode(), digest_size=16).digest()


def open_files() -> int:
    """Return how many descriptors this process has open."""
    return len(list(Path("/dev/fd").iterdir()))


def record(number: int, text: str = "An answer.") -> Record:
    """Return the record of a call that is told apart by its number."""
    cell = Cell(str(number), "writing", 1, "qwen3-8b")
    reply = Reply(text, finish_reason="stop", usage=Usage(12, 3), model="qwen3-8b")
    return Record(key(number), cell, reply, 1753791384.25, 0.002, 0.25, 1)


_TEXT = st.text(max_size=60) | st.text("\u2028\u2029\x85\x0b\x0c\x00\n\r\\\"'é😀", max_size=30)
_NAME = st.text(min_size=1, max_size=20)
_TOKENS = st.none() | st.integers(0, 2**40)
_SECONDS = st.floats(0, 1e5)

records = st.builds(
    Record,
    key=st.binary(min_size=16, max_size=16),
    cell=st.builds(
        Cell,
        question=_NAME,
        category=_NAME,
        turn=st.integers(1, 9),
        target=_NAME,
        choice=st.integers(0, 9),
        judge=st.none() | _NAME,
        repeat=st.integers(0, 9),
    ),
    worst=st.none() | st.builds(Tokens, st.integers(0, 2**40), st.integers(0, 2**40)),
    reply=st.builds(
        Reply,
        text=_TEXT,
        reasoning=st.none() | _TEXT,
        finish_reason=st.none() | _NAME,
        usage=st.builds(Usage, _TOKENS, _TOKENS),
        model=st.none() | _NAME,
        fingerprint=st.none() | _NAME,
        flags=st.lists(_NAME, max_size=2).map(tuple),
        alternatives=st.just(()) | st.just(((("8", 0.75), ("7", 0.25)), (("]]", 1.0),))),
    ),
    at=st.floats(0, 4e9),
    waited=_SECONDS,
    sent=_SECONDS,
    attempts=st.integers(1, 99),
)
"""Any record, texts with every kind of line end among them."""


def plan(*targets: str, questions: int = 3) -> Plan:
    """Return a plan with every setting set to something."""
    return Plan(
        Sweep(
            "a sweep",
            (
                Endpoint(
                    "near", "http://127.0.0.1:{port}/v1", server=Server("serve --port {port}")
                ),
                Endpoint(
                    "far",
                    "https://api.example/v1",
                    api_key_env="FAR_KEY",
                    parallel=8,
                    rpm=90.5,
                    timeout=60.0,
                ),
            ),
            tuple(
                Target(name, "near", f"org/{name}", 512, 0.5, "Be brief.", Price(0.15, 0.6))
                for name in targets or ("one", "two")
            ),
            (
                Judge("judge", "far", "judge-1", repeats=2),
                Judge(
                    "other",
                    "far",
                    "o",
                    max_tokens=None,
                    reasks=1,
                    verdict="json",
                    logprobs=True,
                    blind=True,
                    length_neutral=True,
                    own_family="skip",
                    family="own",
                ),
            ),
            choices=2,
            rule="fastchat",
            rubrics=(
                Rubric("labels", "Does it run?", Scale(0, 1, ("fail", "pass")), ("math",)),
                Rubric("rest", "How good?\r\n", Scale(1, 5)),
            ),
            juries=(Jury("jury", ("judge", "other"), "median", 1),),
        ),
        tuple(
            Question(
                f"q{number}",
                "math",
                (f"First \u2028 {number}?", "Then?\r\n\x0b\x85"),
                ("1", "2") if number % 2 else (),
                0.25 if number else None,
            )
            for number in range(questions)
        ),
        builtin(),
    )
