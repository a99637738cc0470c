"""A small weights file in the format of the default model, with random tensors."""

from __future__ import annotations

import struct

import numpy as np

from index.checkpoint import Shape

SHAPE = Shape(hidden=32, layers=1, heads=4, feed_forward=64, vocabulary=12, positions=16, types=2)
PIECES = [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0)]
PIECES += [
    ("▁de", -2.0),
    ("▁wmo", -3.0),
    ("▁", -5.0),
    ("w", -6.0),
    ("m", -6.5),
    ("é", -7.0),
    (":", -4.0),
    ("<mask>", 0.0),
]
FLOATS = {"emb.pos", "emb.type"}
LAYER = {"q": (32, 32), "k": (32, 32), "v": (32, 32), "ao": (32, 32), "fi": (64, 32), "fo": (32, 64)}


def quantise(values: np.ndarray) -> bytes:
    blocks = []
    for row in values.reshape(-1, 32):
        scale = np.float16(abs(row).max() / 7)
        nibbles = np.clip(np.round(row / np.float32(scale)) + 8, 0, 15).astype(np.uint8)
        blocks.append(scale.tobytes() + (nibbles[:16] | nibbles[16:] << 4).tobytes())
    return b"".join(blocks)


def tensors() -> dict[str, np.ndarray]:
    chance = np.random.default_rng(7)
    sizes = {"emb.word": (12, 32), "emb.pos": (16, 32), "emb.type": (2, 32), "emb.ln.w": (32,), "emb.ln.b": (32,)}
    for short, size in LAYER.items():
        sizes |= {f"l0.{short}.w": size, f"l0.{short}.b": (size[0],)}
    for short in ("aln", "oln"):
        sizes |= {f"l0.{short}.w": (32,), f"l0.{short}.b": (32,)}
    return {name: chance.normal(size=size).astype(np.float32) for name, size in sizes.items()}


def weights_bytes() -> bytes:
    text = [piece.encode() for piece, _ in PIECES]
    offsets = np.cumsum([0, *map(len, text)])
    head = b"E5S1" + struct.pack("<I7ifi", 1, 32, 1, 4, 64, 12, 16, 2, 1e-12, 32)
    head += struct.pack("<5iQ", len(PIECES), 0, 2, 1, 3, offsets[-1]) + offsets.astype("<u4").tobytes()
    head += np.array([score for _, score in PIECES], "<f4").tobytes() + b"".join(text)
    head += struct.pack("<iI", 1, 9) + struct.pack("<IBI", 10, 1, 32)
    bodies = {
        name: quantise(values)
        if name == "emb.word" or name.endswith((".w",)) and values.ndim == 2
        else values.tobytes()
        for name, values in tensors().items()
    }
    at = len(head) + 4 + sum(2 + len(name) + 21 for name in bodies)
    listing = struct.pack("<i", len(bodies))
    for name, body in bodies.items():
        kind = int(len(body) != tensors()[name].nbytes)
        listing += struct.pack("<H", len(name)) + name.encode()
        listing += struct.pack("<BIQQ", kind, tensors()[name].size, at, len(body))
        at += len(body)
    return head + listing + b"".join(bodies.values())
