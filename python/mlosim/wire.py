"""A netlink socket of the daemon's: a Unix SOCK_SEQPACKET connection that carries netlink datagrams (src/host/wire.h,
docs/netlink-mlosim.md)."""
from __future__ import annotations

import errno
import os
import select
import socket
import struct
from typing import Optional

MAGIC = 0x6D4C4F31  # "mLO1"
VERSION = 1
ROLE_NETLINK, ROLE_CALL = 1, 2
DATAGRAM, OVERRUN = 1, 2
OP_MEMBERSHIP, OP_OPTION, OP_RCVBUF = 3, 4, 5
OPTION_CAP_ACK, OPTION_EXT_ACK = 1 << 4, 1 << 5
PACKET_MAX = 128 * 1024

HELLO = struct.Struct("=IHHQiiiI")
WELCOME = struct.Struct("=Ii")
DATAGRAM_HEADER = struct.Struct("=HHIII")
CALL = struct.Struct("=IIQIIII")
ANSWER = struct.Struct("=iI6I")

SO_COOKIE = 57
NETLINK_GENERIC = 16
# MLOSIM_PORT_OUTSIDE_FIRST: ports of those who steer from outside of the world's time; what they say is in no capture.
FIRST_PORT = 0x7F000000
RECEIVE_BUFFER = 16 << 20


class Gone(ConnectionError):
    """The daemon has ended, or broken off."""


class Overrun(Exception):
    """Events were lost: they came faster than they were read."""


def connected(path: str) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        connection.connect(path)
    except OSError:
        connection.close()
        raise
    return connection


def hello(role: int, cookie: int = 0, port: int = 0, protocol: int = 0, kind: int = 0) -> bytes:
    return HELLO.pack(MAGIC, VERSION, role, cookie, port, protocol, kind, 0)


def call(path: str, op: int, target: int, first: int, second: int) -> None:
    """What setsockopt() does to a netlink socket, on a connection of its own."""
    with connected(path) as connection:
        connection.send(hello(ROLE_CALL) + CALL.pack(op, 0, target, first, second, 0, 0))
        answer = connection.recv(ANSWER.size)
    if len(answer) != ANSWER.size:
        raise Gone(errno.ECONNRESET, "mlosimd gave half an answer")
    code = ANSWER.unpack(answer)[0]
    if code:
        raise OSError(code, os.strerror(code))


class NetlinkSocket:
    """An AF_NETLINK socket of protocol generic, as the daemon has it."""

    def __init__(self, path: str, port: int = FIRST_PORT):
        self._path = path
        self._socket = connected(path)
        try:
            packed = self._socket.getsockopt(socket.SOL_SOCKET, SO_COOKIE, 8)
            self._cookie = struct.unpack("=Q", packed)[0]
            self._socket.send(hello(ROLE_NETLINK, self._cookie, port, NETLINK_GENERIC, socket.SOCK_RAW))
            welcome = self._socket.recv(WELCOME.size)
            if len(welcome) != WELCOME.size or WELCOME.unpack(welcome)[0] != MAGIC:
                raise Gone(errno.EPROTO, f"what listens at {path} is no mlosimd")
            code = WELCOME.unpack(welcome)[1]
            if code:
                raise OSError(code, os.strerror(code))
            call(path, OP_OPTION, self._cookie, OPTION_EXT_ACK, 1)
            call(path, OP_OPTION, self._cookie, OPTION_CAP_ACK, 1)
        except BaseException:
            self._socket.close()
            raise

    def fileno(self) -> int:
        return self._socket.fileno()

    def close(self) -> None:
        self._socket.close()

    def join(self, group: int) -> None:
        """Hears what is sent to a multicast group from now on, with much room for what is not read at once."""
        call(self._path, OP_RCVBUF, self._cookie, RECEIVE_BUFFER, 1)
        call(self._path, OP_MEMBERSHIP, self._cookie, group, 1)

    def send(self, datagram: bytes) -> None:
        try:
            self._socket.send(DATAGRAM_HEADER.pack(DATAGRAM, 0, 0, 0, PACKET_MAX) + datagram)
        except OSError as error:
            raise Gone(error.errno, "the connection to mlosimd broke") from error

    def receive(self, timeout: Optional[float] = None) -> Optional[bytes]:
        """The next datagram; None if none has come after so many seconds of the wall clock."""
        if timeout is not None and not select.select([self._socket], [], [], timeout)[0]:
            return None
        try:
            packet = self._socket.recv(PACKET_MAX)
        except OSError as error:
            raise Gone(error.errno, "the connection to mlosimd broke") from error
        if not packet:
            raise Gone(errno.ECONNRESET, "mlosimd has gone")
        if len(packet) < DATAGRAM_HEADER.size:
            raise Gone(errno.EPROTO, "mlosimd sent half a datagram")
        if DATAGRAM_HEADER.unpack_from(packet)[0] == OVERRUN:
            raise Overrun
        return packet[DATAGRAM_HEADER.size:]
