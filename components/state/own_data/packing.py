"""Small data in a link: up to two hundred values as a short text, without loss.

Values with few decimals are integers times a power of ten. Such integers become the digits of one large number, in a
base that their range gives. Values with many digits are eight bytes each. Either way the bytes are written in base 64
with a checksum. Nothing is compressed, so a link cannot unpack to much more than its length.
"""

from __future__ import annotations

import base64
import binascii
import math
import re
import struct
import zlib
from collections.abc import Iterable
from decimal import Decimal

MAX_PACKED = 200
"""Most values that a link carries."""
MAX_TEXT = 2200
"""Most characters of a packed text: 200 values of eight bytes need 2,139."""

_TEXT = re.compile(r"(?:([0-9]{1,3})\.(-?[0-9]{1,3})\.(-?[0-9]{1,20})\.([0-9]{1,20})\.)?([A-Za-z0-9_-]+)")
"""Count, exponent, lowest integer, base, and bytes; only the bytes if they are eight each."""


def pack(values: Iterable[float]) -> str:
    """Write values as a text for a link.

    Parameters
    ----------
    values : iterable of float
        One to `MAX_PACKED` finite numbers.

    Returns
    -------
    str
        Of the characters A-Z, a-z, 0-9, "-", "_" and "." only.

    Raises
    ------
    ValueError
        If there are none or too many, or one is not finite.
    """
    values = [float(value) for value in values]
    if not 1 <= len(values) <= MAX_PACKED:
        raise ValueError(f"A link carries 1 to {MAX_PACKED} values; there are {len(values):,}.")
    if not all(map(math.isfinite, values)):
        raise ValueError("A link carries finite values only.")
    plain = _signed("", struct.pack(f"<{len(values)}d", *values))
    return min(plain, _as_digits(values) or plain, key=len)


def unpack(text: str) -> tuple[float, ...]:
    """Read the values that `pack` wrote, bit for bit.

    Raises
    ------
    ValueError
        If `pack` did not write the text.
    """
    match = _TEXT.fullmatch(text) if isinstance(text, str) and len(text) <= MAX_TEXT else None
    values = _read(match) if match else None
    if values is None:
        raise ValueError("The data in this link are damaged: copy the whole link again.")
    return values


def _as_digits(values: list[float]) -> str | None:
    """Values as digits of one large number; None if a sign of -0 would be lost."""
    if any(value == 0 and math.copysign(1, value) < 0 for value in values):
        return None
    decimals = [Decimal(repr(value)).normalize() for value in values]
    exponent = min(int(decimal.as_tuple().exponent) for decimal in decimals)
    whole = [int(decimal.scaleb(-exponent)) for decimal in decimals]
    low, base = min(whole), max(whole) - min(whole) + 1
    number = 0
    for digit in reversed(whole):
        number = number * base + digit - low
    return _signed(f"{len(values)}.{exponent}.{low}.{base}.", number.to_bytes(_size(base, len(values)), "big"))


def _read(match: re.Match[str]) -> tuple[float, ...] | None:
    """Values of a text that matches `_TEXT`; None if `pack` did not write it."""
    *head, body = match.groups()
    try:
        data = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))[:-4]
    except binascii.Error:
        return None
    if _signed(match[0][: match.start(5)], data) != match[0]:
        return None
    if head[0] is None:
        values = struct.unpack(f"<{len(data) // 8}d", data) if len(data) % 8 == 0 else ()
    else:
        count, exponent, low, base = map(int, head)
        if base < 1 or len(data) != _size(base, count):
            return None
        number = int.from_bytes(data, "big")
        digits = [number // base**i % base for i in range(count)]
        values = tuple(float(f"{low + digit}e{exponent}") for digit in digits)
    return values if 1 <= len(values) <= MAX_PACKED and all(map(math.isfinite, values)) else None


def _signed(head: str, data: bytes) -> str:
    """A packed text: the head, then the bytes and a checksum of both in base 64."""
    checksum = zlib.crc32(head.encode() + data).to_bytes(4, "big")
    return head + base64.urlsafe_b64encode(data + checksum).decode().rstrip("=")


def _size(base: int, count: int) -> int:
    """How many bytes `count` digits of a base need."""
    largest: int = base**count - 1
    return (largest.bit_length() + 7) // 8
