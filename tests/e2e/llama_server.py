"""A program for the tests: llama.cpp's own server, as `llama-server -m FILE --port PORT` starts it."""

import os
import sys
from pathlib import Path
from threading import Event

import xllamacpp

SLOTS, CONTEXT = 4, 32768


def main(model: Path, port: int) -> None:
    """Serve a model on a port of this machine until the process is ended."""
    params = xllamacpp.CommonParams()
    params.model.path = str(model)
    params.port = port
    params.n_parallel = SLOTS
    params.n_ctx = CONTEXT
    params.warmup = False
    params.cpuparams.n_threads = 1
    params.model_alias = {model.stem}
    if "LLAMA_API_KEY" in os.environ:
        params.api_keys = [os.environ["LLAMA_API_KEY"]]
    server = xllamacpp.Server(params)
    print("listening at", server.listening_address, flush=True)  # noqa: T201 - it is a program
    Event().wait()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
