"""What a call is expected to take, before and after replies have taught it."""

from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asynceval.domain.call import Call, Message, Sampling
from asynceval.domain.reply import Usage
from asynceval.engine.forecast import Expected, Forecast

LONG = "The quick brown fox jumps over the lazy dog. " * 100


def call(text: str = LONG, model: str = "m", *, wire: str = "w", most: int | None = 1024) -> Call:
    """Return a call with one message."""
    return Call(model, wire, (Message("user", text),), Sampling(max_tokens=most))


def expected(forecast: Forecast, what: Call, category: str = "math") -> Expected:
    """Return what the forecast says, which is never more than its own worst case."""
    found = forecast.tokens(what, category)
    assert 0 < found.prompt <= found.worst.prompt
    assert 0 <= found.completion <= found.worst.completion
    return found


def learn(forecast: Forecast, what: Call, category: str, usage: Usage) -> None:
    """Let the forecast learn what a call took."""
    forecast.learn(what, category, forecast.tokens(what, category), usage)


def test_before_anything_is_learned_there_is_a_usual_size() -> None:
    """Four letters are a token; a reply takes half of MT-Bench's limit, or all of a lower one."""
    first = expected(Forecast(), call())
    assert first.prompt == pytest.approx(len(LONG) / 4, rel=0.01)
    assert (first.completion, first.worst.completion) == (512, 1024)
    assert expected(Forecast(), call(most=100)).completion == 100
    unlimited = expected(Forecast(), call(most=None))
    assert (unlimited.completion, unlimited.worst.completion) == (512, 4096)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", 120),  # a chat template that brings a system prompt of its own
        ("hello", 10),
        ("测试用例设计" * 100, 900),  # one and a half tokens a character
        ("日本語のテキスト" * 100, 1100),
        ("🙂" * 100, 200),
        ("0123456789" * 100, 400),
    ],
)
def test_no_tokenizer_exceeds_the_worst_case(text: str, tokens: int) -> None:
    """Before and after a model has been asked in English, other scripts are not underestimated."""
    forecast = Forecast()
    assert forecast.tokens(call(text), "math").worst.prompt >= tokens
    learn(forecast, call(), "math", Usage(len(LONG) // 5, 1))
    assert forecast.tokens(call(text), "math").worst.prompt >= tokens


def test_prompts_are_learned_by_the_model_on_the_wire() -> None:
    """The mean of tokens in a byte holds for every call to one wire name, and for no other."""
    forecast = Forecast()
    learn(forecast, call(), "math", Usage(2000, None))
    learn(forecast, call(), "math", Usage(1000, None))
    assert expected(forecast, call(model="other")).prompt == pytest.approx(1500)
    assert expected(forecast, call(wire="v")).prompt == pytest.approx(len(LONG) / 4, rel=0.01)


def test_the_worst_prompt_follows_the_densest_one_with_a_margin() -> None:
    """A tokenizer that needs more than was thought raises the worst case for all that comes."""
    forecast = Forecast()
    learn(forecast, call(), "math", Usage(len(LONG), None))
    learn(forecast, call(), "math", Usage(10, None))
    worst = expected(forecast, call()).worst.prompt
    assert 1.2 * len(LONG) < worst < 1.3 * len(LONG)


def test_completions_are_learned_by_category_and_else_by_model() -> None:
    """A category that has replies has its own mean; another one has the model's."""
    forecast = Forecast()
    for category, tokens in (("math", 100), ("math", 200), ("writing", 600)):
        learn(forecast, call(), category, Usage(None, tokens))
    assert expected(forecast, call(), "math").completion == 150
    assert expected(forecast, call(), "writing").completion == 600
    assert expected(forecast, call(), "stem").completion == 300
    assert expected(forecast, call(model="other"), "math").completion == 512
    assert expected(forecast, call(), "math").worst.completion == 1024


def test_without_a_limit_the_worst_completion_follows_the_longest() -> None:
    """Twice the longest reply so far; and a limit that a server does not heed is none."""
    forecast = Forecast()
    learn(forecast, call(most=None), "math", Usage(None, 3000))
    assert expected(forecast, call(most=None)).worst.completion == 6000
    learn(forecast, call(model="deaf", most=100), "math", Usage(None, 150))
    assert expected(forecast, call(model="deaf", most=100)).worst.completion == 150


def test_one_wrong_count_does_not_spoil_the_means() -> None:
    """A server that once counts a billion tokens is not believed for all later calls."""
    forecast = Forecast()
    for _ in range(10):
        learn(forecast, call(), "math", Usage(1000, 100))
    learn(forecast, call(), "math", Usage(10**9, 10**9))
    after = expected(forecast, call())
    assert after.prompt < 3000
    assert after.completion < 400
    assert after.worst.prompt < 20_000
    assert after.worst.completion <= 2048


def test_what_the_server_does_not_count_teaches_nothing() -> None:
    """A reply without usage leaves the forecast as it was."""
    forecast = Forecast()
    before = forecast.tokens(call(), "math")
    learn(forecast, call(), "math", Usage())
    assert forecast.tokens(call(), "math") == before


def test_nothing_is_kept_for_each_call() -> None:
    """A thousand calls leave as much behind as one."""
    forecast = Forecast()
    for number in range(1000):
        learn(forecast, call(f"{number}"), "math", Usage(number, number))
    kept = (forecast._densities, forecast._by_model, forecast._by_category)
    assert [len(part) for part in kept] == [1, 1, 1]


@given(
    st.lists(
        st.tuples(
            st.text(max_size=40),
            st.one_of(st.none(), st.integers(0, 10**12)),
            st.one_of(st.none(), st.integers(0, 10**12)),
            st.one_of(st.none(), st.integers(1, 10_000)),
        ),
        max_size=20,
    )
)
def test_a_mean_is_within_the_worst_case(
    replies: list[tuple[str, int | None, int | None, int | None]],
) -> None:
    """Whatever servers count, what is expected is positive and at most the worst case."""
    forecast = Forecast()
    for text, prompt, completion, most in replies:
        learn(forecast, call(text, most=most), "math", Usage(prompt, completion))
        found = forecast.tokens(call(text, most=most), "math")
        assert 0 <= found.prompt <= found.worst.prompt
        assert found.completion >= 0
        assert found.worst.completion >= (most or 4096)


def test_a_forecast_takes_no_time() -> None:
    """A call of 10 kB of ASCII is forecast without looking at its letters."""
    forecast = Forecast()
    learn(forecast, call(), "math", Usage(1000, 100))
    big = call("x" * 1_000_000)
    started = perf_counter()
    for _ in range(1000):
        forecast.tokens(big, "math")
    assert (perf_counter() - started) / 1000 < 100e-6
