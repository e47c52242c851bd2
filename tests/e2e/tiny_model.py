"""A model of half a million weights that llama.cpp can load: whatever it is asked, it says one text.

The hidden state is the last token alone, since attention and feed-forward add nothing to it, and the
output layer is a table of which token follows which. So an answer is known in advance, in all its
tokens, though everything between a request and its answer is llama.cpp's own.
"""

import struct
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Weights = NDArray[np.float32]
Value = int | float | str | list[int] | list[float] | list[str]

CONTEXT = 8192
"""How many tokens a conversation with the model may have."""
THOUGHT = ("<think>", "Hm", ",", " easy", ".", "</think>")
SAID = ("It", " is", " clear", ": ", "[[", "7", "]]")

_BYTES = [f"<0x{number:02X}>" for number in range(256)]
_SPECIAL = ["<unk>", "<s>", "</s>"]
_FIRST, _END = len(_SPECIAL) + len(_BYTES), 2
_NORMAL, _UNKNOWN, _CONTROL, _BYTE = 1, 2, 3, 6
_INNER = 32
_ALIGNED = 32
_VERSION = 3
_UNSIGNED, _SIGNED, _FLOAT, _TEXT, _ARRAY = 4, 5, 6, 8, 9
# llama.cpp keeps thinking apart if the template has a place for it.
_TEMPLATE = """\
{% for m in messages %}{{ m.role }}: \
{% if m.reasoning_content %}<think>{{ m.reasoning_content }}</think>{% endif %}{{ m.content }}
{% endfor %}{% if add_generation_prompt %}assistant:
{% if enable_thinking is defined and not enable_thinking %}<think></think>{% endif %}{% endif %}"""


def write(path: Path) -> Path:
    """Write the model as a GGUF file: it thinks `THOUGHT` and says `SAID`, a token each."""
    tokens = [*_SPECIAL, *_BYTES, *THOUGHT, *SAID]
    width = -(-len(tokens) // _ALIGNED) * _ALIGNED
    kinds = [_UNKNOWN, _CONTROL, _CONTROL, *[_BYTE] * 256, *[_NORMAL] * (len(tokens) - _FIRST)]
    keys: dict[str, Value] = {
        "general.architecture": "llama",
        "llama.context_length": CONTEXT,
        "llama.embedding_length": width,
        "llama.block_count": 1,
        "llama.feed_forward_length": _INNER,
        "llama.attention.head_count": 2,
        "llama.attention.layer_norm_rms_epsilon": 1e-5,
        "tokenizer.ggml.model": "llama",
        "tokenizer.ggml.tokens": tokens,
        "tokenizer.ggml.scores": [0.0] * len(tokens),
        "tokenizer.ggml.token_type": kinds,
        "tokenizer.chat_template": _TEMPLATE,
    }
    path.write_bytes(_file(keys, _weights(len(tokens), width)))
    return path


def _weights(count: int, width: int) -> dict[str, Weights]:
    follower = np.full(count, _FIRST)
    follower[_FIRST:] = [*range(_FIRST + 1, count), _END]
    following = np.zeros((count, width), np.float32)
    following[follower, np.arange(count)] = 1
    ones, none = np.ones(width, np.float32), np.zeros((width, width), np.float32)
    return {
        "token_embd.weight": np.eye(count, width, dtype=np.float32),
        "output_norm.weight": ones,
        "output.weight": following,
        "blk.0.attn_norm.weight": ones,
        **{f"blk.0.attn_{name}.weight": none for name in ("q", "k", "v", "output")},
        "blk.0.ffn_norm.weight": ones,
        "blk.0.ffn_gate.weight": none[:_INNER],
        "blk.0.ffn_up.weight": none[:_INNER],
        "blk.0.ffn_down.weight": none[:, :_INNER].copy(),
    }


def _file(keys: Mapping[str, Value], weights: Mapping[str, Weights]) -> bytes:
    """Return a file in the format of GGUF: keys, where each tensor lies, and the tensors."""
    head = b"GGUF" + struct.pack("<IQQ", _VERSION, len(weights), len(keys))
    for name, value in keys.items():
        head += _text(name) + _value(value)
    data = b""
    for name, tensor in weights.items():
        shape = struct.pack(f"<I{tensor.ndim}Q", tensor.ndim, *reversed(tensor.shape))
        head += _text(name) + shape + struct.pack("<IQ", 0, len(data))
        data += _padded(tensor.tobytes())
    return _padded(head) + data


def _value(value: Value) -> bytes:
    if isinstance(value, list):
        kind, _ = _item(value[0])
        items = b"".join(_item(item)[1] for item in value)
        inner = _SIGNED if kind == _UNSIGNED else kind
        return struct.pack("<IIQ", _ARRAY, inner, len(value)) + items
    kind, written = _item(value)
    return struct.pack("<I", kind) + written


def _item(value: float | str) -> tuple[int, bytes]:
    if isinstance(value, str):
        return _TEXT, _text(value)
    if isinstance(value, float):
        return _FLOAT, struct.pack("<f", value)
    return _UNSIGNED, struct.pack("<I", value)


def _text(text: str) -> bytes:
    return struct.pack("<Q", len(text.encode())) + text.encode()


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % _ALIGNED)
