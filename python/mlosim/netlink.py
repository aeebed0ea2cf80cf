"""Netlink messages as bytes: just what family "mlosim" needs, in both directions.

Nothing here knows a socket. What is read is checked as a whole before anything of it is used: a length that does not fit is
`Malformed`, never a guess."""
from __future__ import annotations

import errno
import os
import struct
from dataclasses import dataclass, field
from typing import Iterable, Iterator, List, Optional, Tuple

NLMSG_NOOP, NLMSG_ERROR, NLMSG_DONE, NLMSG_OVERRUN = 1, 2, 3, 4
NLM_F_REQUEST, NLM_F_MULTI, NLM_F_ACK = 0x1, 0x2, 0x4
NLM_F_DUMP_INTR = 0x10
NLM_F_DUMP = 0x300
NLM_F_CAPPED, NLM_F_ACK_TLVS = 0x100, 0x200
NLA_F_NESTED = 0x8000
NLA_TYPE_MASK = 0x3FFF

NLMSGERR_ATTR_MSG, NLMSGERR_ATTR_OFFS, NLMSGERR_ATTR_MISS_TYPE = 1, 2, 5

GENL_ID_CTRL = 16
CTRL_CMD_GETFAMILY = 3
CTRL_ATTR_FAMILY_ID, CTRL_ATTR_FAMILY_NAME, CTRL_ATTR_MCAST_GROUPS = 1, 2, 7
CTRL_ATTR_MCAST_GRP_NAME, CTRL_ATTR_MCAST_GRP_ID = 1, 2

HEADER = struct.Struct("=IHHII")
GENERIC_HEADER = struct.Struct("=BBH")
ATTRIBUTE_HEADER = struct.Struct("=HH")
LONGEST_ATTRIBUTE = 0xFFFF - ATTRIBUTE_HEADER.size


class Malformed(ValueError):
    """Bytes that are no netlink messages."""


class NetlinkError(OSError):
    """A request was refused: the errno, and what the extended acknowledgement says of it."""

    def __init__(self, code: int, text: str = "", offset: Optional[int] = None, missing: Optional[int] = None):
        super().__init__(code, text or os.strerror(code))
        self.text = text
        self.offset = offset
        self.missing = missing

    @property
    def name(self) -> str:
        """"EBUSY" …"""
        return errno.errorcode.get(self.errno or 0, str(self.errno))


def aligned(length: int) -> int:
    return (length + 3) & ~3


# ---- attributes ----


def attribute(kind: int, payload: bytes) -> bytes:
    if len(payload) > LONGEST_ATTRIBUTE:
        raise ValueError(f"{len(payload)} octets are too many for an attribute")
    length = ATTRIBUTE_HEADER.size + len(payload)
    return ATTRIBUTE_HEADER.pack(length, kind) + payload + bytes(aligned(length) - length)


def flag(kind: int) -> bytes:
    return attribute(kind, b"")


def number(kind: int, code: str, value: int) -> bytes:
    """`code` as in module struct: B, H, I, Q; i for signed ones."""
    try:
        return attribute(kind, struct.pack("=" + code, value))
    except struct.error as error:
        raise ValueError(f"{value} does not fit: {error}") from None


def string(kind: int, text: str) -> bytes:
    return attribute(kind, text.encode() + b"\0")


def nest(kind: int, inner: bytes) -> bytes:
    return attribute(kind | NLA_F_NESTED, inner)


def attributes(data: bytes) -> Iterator[Tuple[int, bytes]]:
    """(type without its flags, payload) of a run of attributes."""
    at = 0
    while at < len(data):
        if len(data) - at < ATTRIBUTE_HEADER.size:
            raise Malformed(f"{len(data) - at} stray octets after the last attribute")
        length, kind = ATTRIBUTE_HEADER.unpack_from(data, at)
        if length < ATTRIBUTE_HEADER.size or at + length > len(data):
            raise Malformed(f"attribute {kind & NLA_TYPE_MASK} says {length} octets, {len(data) - at} are there")
        yield kind & NLA_TYPE_MASK, data[at + ATTRIBUTE_HEADER.size:at + length]
        at += aligned(length)


def read_number(code: str, payload: bytes) -> int:
    size = struct.calcsize("=" + code)
    if len(payload) != size:
        raise Malformed(f"a number of {size} octets has {len(payload)}")
    return int(struct.unpack("=" + code, payload)[0])


def read_string(payload: bytes) -> str:
    """Up to the NUL, which may be missing."""
    return payload.split(b"\0", 1)[0].decode(errors="replace")


# ---- messages ----


@dataclass(frozen=True)
class Message:
    kind: int
    flags: int = 0
    sequence: int = 0
    port: int = 0
    payload: bytes = b""

    def pack(self) -> bytes:
        length = HEADER.size + len(self.payload)
        return HEADER.pack(length, self.kind, self.flags, self.sequence, self.port) + self.payload + bytes(aligned(length) - length)

    def generic(self) -> "GenericMessage":
        """A family's message."""
        if len(self.payload) < GENERIC_HEADER.size:
            raise Malformed("a generic netlink message without its header")
        command, version, _ = GENERIC_HEADER.unpack_from(self.payload)
        return GenericMessage(command, version, list(attributes(self.payload[GENERIC_HEADER.size:])))

    def error(self) -> Optional[NetlinkError]:
        """Of an NLMSG_ERROR, or of the end of a dump: what went wrong, None for an acknowledgement."""
        if len(self.payload) < 4:
            raise Malformed("half an acknowledgement")
        code = -struct.unpack_from("=i", self.payload)[0]
        if code < 0:
            raise Malformed(f"an acknowledgement with {-code}, which is no error")
        if code == 0:
            return None
        text, offset, missing = "", None, None
        for kind, payload in self._acknowledgement_attributes():
            if kind == NLMSGERR_ATTR_MSG:
                text = read_string(payload)
            elif kind == NLMSGERR_ATTR_OFFS:
                offset = read_number("I", payload)
            elif kind == NLMSGERR_ATTR_MISS_TYPE:
                missing = read_number("I", payload)
        return NetlinkError(code, text, offset, missing)

    def _acknowledgement_attributes(self) -> Iterator[Tuple[int, bytes]]:
        if not self.flags & NLM_F_ACK_TLVS:
            return iter(())
        at = 4
        if self.kind == NLMSG_ERROR:  # behind the request's header, or all of it
            if len(self.payload) < 4 + HEADER.size:
                raise Malformed("an acknowledgement without the request's header")
            request = HEADER.unpack_from(self.payload, 4)[0]
            at += HEADER.size if self.flags & NLM_F_CAPPED else aligned(max(request, HEADER.size))
            if at > len(self.payload):
                raise Malformed("an acknowledgement shorter than the request in it")
        return attributes(self.payload[at:])


@dataclass(frozen=True)
class GenericMessage:
    command: int
    version: int = 1
    attributes: List[Tuple[int, bytes]] = field(default_factory=list)


def generic_request(family: int, command: int, sequence: int, payload: bytes = b"", dump: bool = False, version: int = 1) -> Message:
    flags = NLM_F_REQUEST | (NLM_F_DUMP if dump else NLM_F_ACK)
    return Message(family, flags, sequence, 0, GENERIC_HEADER.pack(command, version, 0) + payload)


def messages(datagram: bytes) -> List[Message]:
    """All messages of one datagram."""
    found, at = [], 0
    while at < len(datagram):
        if len(datagram) - at < HEADER.size:
            raise Malformed(f"{len(datagram) - at} stray octets after the last message")
        length, kind, flags, sequence, port = HEADER.unpack_from(datagram, at)
        if length < HEADER.size or at + length > len(datagram):
            raise Malformed(f"a message says {length} octets, {len(datagram) - at} are there")
        found.append(Message(kind, flags, sequence, port, datagram[at + HEADER.size:at + length]))
        at += aligned(length)
    return found


def family_facts(answer: GenericMessage) -> Tuple[int, "dict[str, int]"]:
    """Of nlctrl's answer: the family's number, and its groups' by name."""
    family, groups = None, {}
    for kind, payload in answer.attributes:
        if kind == CTRL_ATTR_FAMILY_ID:
            family = read_number("H", payload)
        elif kind == CTRL_ATTR_MCAST_GROUPS:
            groups = dict(_group(inner) for _, inner in attributes(payload))
    if family is None:
        raise Malformed("nlctrl names no family")
    return family, groups


def _group(data: bytes) -> Tuple[str, int]:
    parts = dict(attributes(data))
    if CTRL_ATTR_MCAST_GRP_NAME not in parts or CTRL_ATTR_MCAST_GRP_ID not in parts:
        raise Malformed("a group without a name or number")
    return read_string(parts[CTRL_ATTR_MCAST_GRP_NAME]), read_number("I", parts[CTRL_ATTR_MCAST_GRP_ID])


def join(parts: Iterable[bytes]) -> bytes:
    return b"".join(parts)
