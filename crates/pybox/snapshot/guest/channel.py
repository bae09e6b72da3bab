"""Talking to the host. A channel is opened by name, read or written as bytes, and closed."""

import _eryx

_PIECE = 1 << 20


def _checked(answer):
    kind, value = answer
    if kind != 0:
        raise OSError(value)
    return value


def read(name):
    """All that the host has under `name`."""
    handle = _checked(_eryx._eryx_tcp_connect(name, 0, 0))
    pieces = []
    while piece := _checked(_eryx._eryx_tcp_read(handle, _PIECE, 0)):
        pieces.append(piece)
    _eryx._eryx_tcp_close(handle)
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def write(name, data):
    """Gives the host `data` under `name`."""
    handle = _checked(_eryx._eryx_tcp_connect(name, 0, 0))
    for start in range(0, len(data), _PIECE):
        _checked(_eryx._eryx_tcp_write(handle, data[start : start + _PIECE], 0))
    _eryx._eryx_tcp_close(handle)


def ask(name, question):
    """The host's answer to `question`."""
    handle = _checked(_eryx._eryx_tcp_connect(name, 0, 0))
    for start in range(0, len(question), _PIECE):
        _checked(_eryx._eryx_tcp_write(handle, question[start : start + _PIECE], 0))
    pieces = []
    while piece := _checked(_eryx._eryx_tcp_read(handle, _PIECE, 0)):
        pieces.append(piece)
    _eryx._eryx_tcp_close(handle)
    return b"".join(pieces)


def output(stream, data):
    """A piece of what the tool prints: stream 0 or 1."""
    _eryx._eryx_report_output(stream, data)
