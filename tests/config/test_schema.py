"""The schema reads every key of the config, and says of each wrong one what it should be."""

import tomllib
from dataclasses import fields

import pytest

from asynceval.config.schema import parse
from asynceval.domain.call import Settings
from asynceval.domain.sweep import Budget, Endpoint, Judge, Price, Server, Sweep, Target
from tests.config.build import MINIMAL


def faults(text: str) -> dict[str, str]:
    """Return what is wrong with a config, by dotted key."""
    config, found = parse(tomllib.loads(text))
    assert (config is None) == bool(found)
    return {".".join(map(str, path)): message for path, message in found}


def sweep(text: str) -> Sweep:
    """Return the sweep of a config that is right."""
    config, found = parse(tomllib.loads(text))
    assert config is not None, found
    return config.sweep()


def test_the_least_config_takes_the_domains_defaults() -> None:
    """Keys left out have the defaults that the domain's classes give, and `model` is the name."""
    assert sweep(MINIMAL) == Sweep(
        name="s",
        endpoints=(Endpoint("e", "https://host.example/v1"),),
        targets=(Target("m", "e", "m"),),
        judges=(),
    )


def test_every_key_arrives() -> None:
    """Each key of the config becomes the field it names."""
    text = """
        name = "s"
        choices = 3
        compat = "fastchat"
        system_messages = "fastchat"
        budget = {usd = 10, tokens = 2_000_000}
        [benchmark]
        questions = "q.jsonl"
        references = "r"
        templates = "t.jsonl"
        categories = ["math"]
        limit = 5
        reference_categories = []
        missing_reference = "warn"
        [endpoints.e]
        kind = "openai"
        base_url = "http://127.0.0.1:{port}/v1"
        api_key_env = "KEY"
        account = "team"
        parallel = 7
        rpm = 90
        tpm = 2_000_000
        charges_max_tokens = true
        timeout = 1.5
        deadline = 20
        ca_file = "ca.pem"
        key_header = "X-Key"
        api_version = "v2"
        server = {command = "serve {port}", ready = "/ok", startup_timeout = 5}
        [[models]]
        name = "m"
        endpoint = "e"
        model = "org/m"
        max_tokens = 10
        temperature = 2
        system = "Be brief.\\n"
        price = {input = 1, output = 2.5}
        top_p = 0.9
        seed = 7
        stop = "END"
        effort = 2048
        reasoning = true
        body = {top_k = 40, chat = {b = false, a = [1]}}
        headers = {X-B = "2", X-A = "1"}
        [[judges]]
        name = "j"
        endpoint = "e"
        model = "org/j"
        mode = "single"
        max_tokens = 20
        temperature = 0.5
        repeats = 4
        price = {input = 0, output = 0}
        budget = {usd = 2.5}
    """
    config, found = parse(tomllib.loads(text))
    assert config is not None, found
    assert config.sweep() == Sweep(
        name="s",
        endpoints=(
            Endpoint(
                "e",
                "http://127.0.0.1:{port}/v1",
                api_key_env="KEY",
                account="team",
                parallel=7,
                rpm=90.0,
                tpm=2e6,
                charges_max_tokens=True,
                timeout=1.5,
                deadline=20.0,
                ca_file="ca.pem",
                server=Server("serve {port}", "/ok", 5.0),
                key_header="X-Key",
                api_version="v2",
            ),
        ),
        targets=(
            Target(
                "m",
                "e",
                "org/m",
                10,
                2.0,
                "Be brief.\n",
                Price(1.0, 2.5),
                Settings(
                    top_p=0.9,
                    seed=7,
                    stop=("END",),
                    effort=2048,
                    reasoning=True,
                    body='{"chat":{"a":[1],"b":false},"top_k":40}',
                    headers=(("X-A", "1"), ("X-B", "2")),
                ),
            ),
        ),
        judges=(Judge("j", "e", "org/j", "single", 20, 0.5, 4, Price(0.0, 0.0), Budget(2.5)),),
        choices=3,
        rule="fastchat",
        budget=Budget(10.0, 2_000_000),
    )
    benchmark = config.benchmark.model_dump()
    assert benchmark == {
        "questions": "q.jsonl",
        "references": "r",
        "templates": "t.jsonl",
        "categories": ["math"],
        "limit": 5,
        "reference_categories": [],
        "missing_reference": "warn",
    }


@pytest.mark.parametrize(
    ("table", "value"), [("endpoints", Endpoint), ("models", Target), ("judges", Judge)]
)
def test_no_field_of_the_domain_is_out_of_reach(table: str, value: type) -> None:
    """Every field of an endpoint, a target and a judge can be set in the config."""
    last = f"[{table}.x]\nzz = 1" if table == "endpoints" else f"[[{table}]]\nzz = 1"
    said = next(m for key, m in faults(MINIMAL + last).items() if key.endswith("zz"))
    known = said.removeprefix("unknown key; known here: ").split(", ")
    named = {field.name for field in fields(value)} | ({"command"} if value is Endpoint else set())
    if "settings" in named:
        named = named - {"settings", "is_answered"} | {field.name for field in fields(Settings)}
        named.add("server")  # makes an endpoint of the model's own
    assert set(known) == (named - {"name"} if table == "endpoints" else named)


@pytest.mark.parametrize(
    ("old", "new", "key", "message"),
    [
        ('name = "m"', "name = 405", "models.0.name", 'must be a text: quote it, as in "..."'),
        ('name = "m"', "name = true", "models.0.name", 'must be a text: quote it, as in "..."'),
        ('name = "m"', "name = 2024-08-06", "models.0.name", "must be a text: quote it"),
        ('name = "m"', 'name = ""', "models.0.name", "is empty"),
        ('name = "m"', 'name = "a\\u0000"', "models.0.name", "holds a control character"),
        ('name = "m"', "", "models.0.name", "is missing"),
        ('name = "s"', "", "name", "is missing"),
        ('endpoint = "e"', "", "models.0.endpoint", "is missing"),
        ('questions = "q.jsonl"', "questions = 5", "benchmark.questions", "must be a text"),
        ('questions = "q.jsonl"', 'questions = ""', "benchmark.questions", "is empty"),
        ('name = "s"', 'name = "s"\nchoices = 0', "choices", "must be at least 1"),
        ('name = "s"', 'name = "s"\nchoices = 1.5', "choices", "must be a whole number"),
        ('name = "s"', 'name = "s"\nchoices = true', "choices", "must be a whole number"),
        ('name = "s"', 'name = "s"\nchoices = "1"', "choices", "must be a whole number"),
        (
            'name = "s"',
            'name = "s"\ncompat = "FastChat"',
            "compat",
            'must be "fastchat"',
        ),
        ('name = "s"', 'name = "s"\nmatrx = {}', "matrx", "unknown key; did you mean matrix?"),
        ('name = "s"', 'name = "s"\nchoises = 2', "choises", "unknown key; did you mean choices?"),
        ("[[models]]", "[models]", "models", "must be written [[models]], with two brackets"),
        ("[endpoints.e]", "[[endpoints]]", "endpoints", "must be a table"),
        ("[endpoints.e]", "[endpoint.e]", "endpoint", "unknown key; did you mean endpoints?"),
        ("[benchmark]", "[x]", "benchmark", "is missing: a [benchmark] table with questions"),
    ],
)
def test_a_wrong_value_is_told_what_it_should_be(
    old: str, new: str, key: str, message: str
) -> None:
    """Each kind of mistake has its own sentence, at its own key."""
    assert old in MINIMAL
    assert faults(MINIMAL.replace(old, new, 1))[key].startswith(message)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("parallel = 0", 'must be at least 1, or "auto"'),
        ('parallel = "fast"', 'must be a whole number, or "auto"'),
        ("parallel = true", 'must be a whole number, or "auto"'),
        ("parallel = 1.5", 'must be a whole number, or "auto"'),
        ("rpm = 0", "must be above 0"),
        ("rpm = inf", "must be a finite number"),
        ("timeout = -1", "must be above 0"),
        ("timeout = nan", "must be"),
        ('timeout = "60s"', "must be a number"),
        ('kind = "claude"', 'must be "openai" or "openai-responses" or "azure" or "anthropic"'),
        ('key_header = "X Key"', "must be the name of a header"),
        ("tpm = 0", "must be above 0"),
        ('account = ""', "is empty"),
        ('charges_max_tokens = "yes"', "must be true or false"),
        ("deadline = 0", "must be above 0"),
        ('ca_file = " "', "is empty"),
        ('api_key = "canary"', "is refused: a key never stands in a config file"),
        ('api_key_env = "sk-canary"', "must be the name of an environment variable"),
        ("base_url = 5", "must be a text"),
        ("server = 5", "must be a table"),
        ("headers = {Authorization = 'canary'}", "unknown key"),
    ],
)
def test_a_wrong_limit_of_an_endpoint_is_told(line: str, message: str) -> None:
    """Each key of an endpoint has its bounds."""
    key = line.split(" =", maxsplit=1)[0]
    url = 'base_url = "https://host.example/v1"\n'
    new = line + "\n" if key == "base_url" else url + line + "\n"
    said = faults(MINIMAL.replace(url, new))[f"endpoints.e.{key}"]
    assert said.startswith(message)
    assert "canary" not in said


@pytest.mark.parametrize(
    ("line", "key", "message"),
    [
        ("temperature = 2.1", "temperature", "must be at most 2"),
        ("temperature = -0.1", "temperature", "must be at least 0"),
        ("max_tokens = 0", "max_tokens", "must be at least 1"),
        ("repeats = 0", "repeats", "must be at least 1"),
        ("reasks = -1", "reasks", "must be at least 0"),
        ('verdict = "xml"', "verdict", 'must be "text" or "json"'),
        ('own_family = "no"', "own_family", 'must be "judge", "mark" or "skip"'),
        ("logprobs = 5", "logprobs", "must be true or false"),
        ("blind = 1", "blind", "must be true or false"),
        ('length_neutral = "yes"', "length_neutral", "must be true or false"),
        ('family = ""', "family", "is empty"),
        ("reasks = 4", "reasks", "must be at most 3"),
        ('mode = "pair"', "mode", 'must be "single", "pairwise-baseline" or "pairwise-all"'),
        ('orders = "three"', "orders", 'must be "both" or "one"'),
        ("price = {input = 1}", "price.output", "is missing"),
        ("price = {input = -1, output = 1}", "price.input", "must be at least 0"),
        ("price = {inptu = 1, output = 1}", "price.inptu", "unknown key; did you mean input?"),
        ('system = "x"', "system", "unknown key"),
        ("budget = 5", "budget", "must be a table"),
        ("budget = {usd = 0}", "budget.usd", "must be above 0"),
        ("budget = {usd = inf}", "budget.usd", "must be a finite number"),
        ("budget = {tokens = 1.5}", "budget.tokens", "must be a whole number"),
        ("budget = {token = 1}", "budget.token", "unknown key; did you mean tokens?"),
    ],
)
def test_a_wrong_key_of_a_judge_is_told(line: str, key: str, message: str) -> None:
    """Each key of a judge has its bounds."""
    text = f'{MINIMAL}[[judges]]\nname = "j"\nendpoint = "e"\n{line}\n'
    assert faults(text)[f"judges.0.{key}"].startswith(message)


@pytest.mark.parametrize(
    ("line", "key", "message"),
    [
        ("command = ' '", "command", "is empty"),
        ("command = 'serve --api-key sk-canary-1'", "command", "holds a key"),
        ("command = 'c'\nready = 'health'", "ready", 'must be a path that begins with "/"'),
        ("command = 'c'\nstartup_timeout = 0", "startup_timeout", "must be above 0"),
        ("command = 'c'\nreddy = '/'", "reddy", "unknown key; did you mean ready?"),
        ("ready = '/'", "command", "is missing"),
    ],
)
def test_a_wrong_key_of_a_server_is_told(line: str, key: str, message: str) -> None:
    """Each key of a server has its form, also for an endpoint called "server"."""
    for name in ("e", "server"):
        text = MINIMAL.replace("endpoints.e", f"endpoints.{name}")
        text += f"[endpoints.{name}.server]\n{line}\n"
        assert faults(text)[f"endpoints.{name}.server.{key}"].startswith(message)


def test_a_wrong_budget_of_the_run_is_told() -> None:
    """The budget at the top has the same form as a judge's."""
    assert faults("budget = {usd = -1}\n" + MINIMAL) == {"budget.usd": "must be above 0"}
    assert faults("budget = {dollars = 1}\n" + MINIMAL) == {
        "budget.dollars": "unknown key; known here: usd, tokens"
    }


def test_parallel_may_be_found_by_itself() -> None:
    """The word "auto" is a value of `parallel`."""
    text = MINIMAL.replace("[[models]]", 'parallel = "auto"\n[[models]]')
    assert sweep(text).endpoints[0].parallel == "auto"


def test_a_longer_timeout_brings_a_longer_deadline() -> None:
    """A call has time for three attempts, unless its deadline is given."""
    for given, deadline in (
        ("timeout = 60", 1800),
        ("timeout = 3000", 9000),
        ("timeout = 3000\ndeadline = 4000", 4000),
    ):
        text = MINIMAL.replace("[[models]]", f"{given}\n[[models]]")
        assert sweep(text).endpoints[0].deadline == deadline


def test_a_shorter_deadline_brings_a_shorter_timeout() -> None:
    """No attempt may take longer than all of them, unless both are given."""
    for given, timeout in (("deadline = 60", 60), ("deadline = 9000", 600)):
        text = MINIMAL.replace("[[models]]", f"{given}\n[[models]]")
        assert sweep(text).endpoints[0].timeout == timeout


def test_endpoints_of_one_account_have_its_limits() -> None:
    """What one endpoint of an account leaves out holds from the others; a name is an account too."""
    text = MINIMAL.replace(
        "[[models]]",
        """parallel = 9
        [endpoints.f]
        base_url = "http://f"
        account = "e"
        rpm = 60
        charges_max_tokens = true
        [endpoints.g]
        base_url = "http://g"
        account = "e"
        tpm = 1000
        [endpoints.h]
        base_url = "http://h"
        [[models]]""",
    )
    *same, other = sweep(text).endpoints
    assert {(e.parallel, e.rpm, e.tpm, e.charges_max_tokens) for e in same} == {(9, 60, 1000, True)}
    assert {e.gate for e in same} == {"e"}
    assert other == Endpoint("h", "http://h")


def test_an_endpoint_needs_a_name_that_can_be_shown() -> None:
    """The name of an endpoint is a name like any other."""
    assert faults(MINIMAL + '[endpoints." "]\nbase_url = "http://h"\n') == {
        "endpoints. ": "is empty"
    }


def test_all_faults_are_found_at_once() -> None:
    """One wrong key does not hide another, in whatever table."""
    text = """
        choices = 0
        [endpoints.e]
        base_url = "x"
        [[models]]
        name = 1
    """
    assert list(faults(text)) == [
        "name",
        "benchmark",
        "endpoints.e.base_url",
        "models.0.name",
        "models.0.endpoint",
        "choices",
    ]
    assert faults("models = []")["models"] == "is empty"
    assert faults("")["models"] == "is missing: at least one [[models]] table is needed"
