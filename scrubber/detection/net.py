"""Runs a detector's net with ONNX Runtime, on pictures of any size.

The nets in `models/` were exported for one size of picture, and CenterFace with its weights as inputs that a caller
might replace, which keeps a runtime from folding them. `any_size` takes both back while the model is loaded, so that
the file stays the one that its makers published.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from threading import Semaphore, local
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar

from scrubber import environment, opencv, weights
from scrubber.errors import MissingPart

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Output: TypeAlias = NDArray[np.float32]

Item = TypeVar("Item")
Result = TypeVar("Result")

_OWN = local()

MULTIPLE: Final = 32
"""Sides of the picture, in pixels, must be a multiple of this."""

# Numbers of fields in onnx.proto, of the parts that are exchanged.
_VERSION, _GRAPH = 1, 7  # of ModelProto
_INITIALIZER, _INPUT, _OUTPUT, _VALUE_INFO = 5, 11, 12, 13  # of GraphProto
_TENSOR_NAME = 8
_VALUE_NAME, _VALUE_TYPE = 1, 2
_FLOAT = 1
_FIRST_WITH_CONSTANTS = 4  # the version of the format from which weights need not be inputs

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5  # kinds of fields in protocol buffers


def run(name: str, picture: NDArray[np.uint8], outputs: tuple[str, ...], bgr: bool = False) -> list[Output]:
    """What the net of that name in `models/` says of an H×W×3 RGB uint8 picture; `bgr` if it wants blue first.

    The picture is filled up with black at the right and the bottom. It runs on one processor: several pictures at once,
    as `map_in_threads` does it, get more out of a second one than the parts of a net do. Raises `MissingPart` if the
    weights, OpenCV or ONNX Runtime are absent.
    """
    session = _session(name)
    with _turns(opencv.load().getNumThreads()):
        return list(session.run(outputs, {session.get_inputs()[0].name: _planes(picture, bgr)}))


def map_in_threads(work: Callable[[Item], Result], items: Sequence[Item], level: str) -> list[Result]:
    """`work` of each item, in order, on as many processors as OpenCV was told to use.

    The last item is begun first: give the one that takes longest last, and none is left to run alone. What is done side
    by side may have parts that are, too, if they name another `level`.
    """
    threads = min(opencv.load().getNumThreads(), len(items))
    if threads < 2:
        return [work(item) for item in items]
    return list(_threads(level, threads).map(work, items[::-1]))[::-1]


@cache
def _threads(level: str, count: int) -> ThreadPoolExecutor:
    """Kept, and with them the memory of `_planes`. Of their own for each level, so that none waits for itself."""
    return ThreadPoolExecutor(count, level)


@cache
def _turns(count: int) -> Semaphore:
    """Looks and their tiles together are more threads than processors; each net in work at once takes memory."""
    return Semaphore(max(count, 1))


def _forget_threads() -> None:
    """In a fork of this process: its pools have no threads, and a turn that one of them had would never come back."""
    _threads.cache_clear()
    _turns.cache_clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_threads)


def _planes(picture: NDArray[np.uint8], bgr: bool) -> NDArray[np.float32]:
    """The picture as the nets take it, 1×3×height×width, in memory that each thread keeps: new memory costs time."""
    import numpy as np

    height, width = picture.shape[:2]
    rows, columns = height + -height % MULTIPLE, width + -width % MULTIPLE
    kept = getattr(_OWN, "memory", None)
    if kept is None or kept.size < 3 * rows * columns:
        kept = _OWN.memory = np.empty(3 * rows * columns, dtype=np.float32)
    planes: NDArray[np.float32] = kept[: 3 * rows * columns].reshape(1, 3, rows, columns)
    planes[:, :, height:] = 0
    planes[:, :, :, width:] = 0
    for number, channel in enumerate(opencv.load().split(picture)):
        planes[0, 2 - number if bgr else number, :height, :width] = channel
    return planes


@cache
def _session(name: str) -> Any:
    environment.silence()
    try:
        import onnxruntime
    except (ImportError, OSError) as error:
        raise MissingPart(f"ONNX Runtime cannot be loaded ({error}); pip install onnxruntime") from error
    onnxruntime.disable_telemetry_events()  # only its builds for Windows have any
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # none of its own, so that it can also be used in a fork
    options.log_severity_level = 3  # errors
    return onnxruntime.InferenceSession(any_size(weights.load(name)), options, providers=["CPUExecutionProvider"])


def any_size(model: bytes) -> bytes:
    """The same ONNX model for one picture of any size, its weights constant."""
    parts = []
    for number, content, whole in _fields(model):
        if number == _VERSION:
            parts.append(_number(_VERSION, max(int.from_bytes(content, "little"), _FIRST_WITH_CONSTANTS)))
        elif number == _GRAPH:
            parts.append(_message(_GRAPH, _any_size(content)))
        else:
            parts.append(whole)
    return b"".join(parts)


def _any_size(graph: bytes) -> bytes:
    fields = list(_fields(graph))
    constant = {_text(content, _TENSOR_NAME) for number, content, _ in fields if number == _INITIALIZER}
    parts = []
    for number, content, whole in fields:
        if number == _INPUT and (name := _text(content, _VALUE_NAME)) not in constant:
            sizes = [_number(1, 1), _number(1, 3), _message(2, b"height"), _message(2, b"width")]
            parts.append(_message(_INPUT, _value(name, b"".join(_message(1, size) for size in sizes))))
        elif number == _OUTPUT:
            parts.append(_message(_OUTPUT, _value(_text(content, _VALUE_NAME))))
        elif number not in (_INPUT, _VALUE_INFO):
            parts.append(whole)
    return b"".join(parts)


def _value(name: bytes, shape: bytes | None = None) -> bytes:
    """A ValueInfoProto: a tensor of floats, of that shape if it is said."""
    tensor = _number(1, _FLOAT) + (b"" if shape is None else _message(2, shape))
    return _message(_VALUE_NAME, name) + _message(_VALUE_TYPE, _message(1, tensor))


def _text(message: bytes, wanted: int) -> bytes:
    return next(content for number, content, _ in _fields(message) if number == wanted)


def _fields(message: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Number, content and whole encoding of each field of a protocol buffers message."""
    start = 0
    while start < len(message):
        key, place = _varint(message, start)
        kind = key & 7
        if kind == _VARINT:
            value, end = _varint(message, place)
            content = value.to_bytes(8, "little")
        else:
            length = {_FIXED64: 8, _FIXED32: 4}.get(kind)
            if length is None:
                length, place = _varint(message, place)
            end = place + length
            content = message[place:end]
        yield key >> 3, content, message[start:end]
        start = end


def _varint(message: bytes, place: int) -> tuple[int, int]:
    """The number that is written there, seven bits to a byte, and where it ends."""
    value = shift = 0
    while True:
        byte = message[place]
        value |= (byte & 127) << shift
        place, shift = place + 1, shift + 7
        if byte < 128:
            return value, place


def _message(number: int, content: bytes) -> bytes:
    return _encoded(number << 3 | _BYTES) + _encoded(len(content)) + content


def _number(number: int, value: int) -> bytes:
    return _encoded(number << 3 | _VARINT) + _encoded(value)


def _encoded(value: int) -> bytes:
    parts = bytearray()
    while value > 127:
        parts.append(value & 127 | 128)
        value >>= 7
    parts.append(value)
    return bytes(parts)
