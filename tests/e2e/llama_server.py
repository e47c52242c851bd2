"""A program for the tests: llama.cpp's own server, with some of the flags of `llama-server`."""

import argparse
import os
from pathlib import Path
from threading import Event

import xllamacpp


def main() -> None:
    """Serve a model on a port of this machine until the process is ended."""
    flags = argparse.ArgumentParser(prog="llama-server")
    flags.add_argument("-m", "--model", type=Path, required=True)
    flags.add_argument("-hf", help="a model to download, which this program does not")
    flags.add_argument("--port", type=int, required=True)
    flags.add_argument("--parallel", type=int, required=True)
    flags.add_argument("--ctx-size", type=int, required=True)
    asked = flags.parse_args()
    params = xllamacpp.CommonParams()
    params.model.path = str(asked.model)
    params.model_alias = {asked.model.stem}
    params.port = asked.port
    params.n_parallel = asked.parallel
    params.n_ctx = asked.ctx_size
    params.warmup = False
    params.cpuparams.n_threads = 1
    if "LLAMA_API_KEY" in os.environ:
        params.api_keys = [os.environ["LLAMA_API_KEY"]]
    server = xllamacpp.Server(params)
    print("listening at", server.listening_address, flush=True)  # noqa: T201 - it is a program
    Event().wait()


if __name__ == "__main__":
    main()
