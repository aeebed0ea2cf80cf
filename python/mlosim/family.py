"""A client of generic netlink family "mlosim": requests with names, answers as dictionaries, events as they come."""
from __future__ import annotations

import collections
import functools
import select
import time
from typing import Any, Callable, Deque, Dict, List, Optional, Tuple, Union

from . import netlink, uapi, wire
from .errors import EventsLost, NoAnswer
from .uapi import Attr, Command

PATIENCE = 60.0  # seconds of the wall clock for what the daemon does at once


def mac_bytes(text: Union[str, bytes]) -> bytes:
    data = bytes(text) if isinstance(text, (bytes, bytearray)) else bytes.fromhex(text.replace(":", ""))
    if len(data) != 6:
        raise ValueError(f"{text!r} is no MAC address")
    return data


def mac_text(data: bytes) -> str:
    if len(data) != 6:
        raise netlink.Malformed(f"a MAC address of {len(data)} octets")
    return data.hex(":")


_NUMBERS = {
    "B": {Attr.LINK_ID},
    "I": {Attr.CLOCK_MODE, Attr.DIALECT, Attr.EVENTS, Attr.RADIO, Attr.WIPHY, Attr.OPEN_COUNT, Attr.BANDS, Attr.IFINDEX, Attr.IFTYPE,
          Attr.STATE, Attr.BAND, Attr.FREQ, Attr.WIDTH, Attr.CENTER_FREQ1, Attr.SOCKET_OWNER, Attr.NETDEV_BACKEND, Attr.VALID_LINKS,
          Attr.ACTIVE_LINKS, Attr.DORMANT_LINKS, Attr.LINK_USE, Attr.STATION_STATE, Attr.BEACONS, Attr.REASON_CODE, Attr.PUNCTURED,
          Attr.COLOR, Attr.EMLSR_LINKS, Attr.EMLSR_PADDING, Attr.EMLSR_TRANSITION, Attr.FAULT, Attr.PID},
    "Q": {Attr.TIME, Attr.SEED, Attr.EVENTS_FIRED, Attr.EVENTS_PENDING, Attr.WDEV, Attr.MLD_WDEV, Attr.DURATION, Attr.NUMBER, Attr.ACTED},
    "i": {Attr.TX_POWER, Attr.SIGNAL},
}
_CODES = {attr: code for code, attrs in _NUMBERS.items() for attr in attrs}
_STRINGS = {Attr.RADIO_NAME, Attr.PROFILE, Attr.WIPHY_NAME, Attr.IFNAME, Attr.LINK_POLICY, Attr.STATION_NAME, Attr.REASON, Attr.CHIP,
            Attr.TABLE, Attr.RECORD, Attr.TEXT, Attr.JSON, Attr.PLACE, Attr.FRONT}
_FLAGS = {Attr.PAUSED, Attr.DISASSOCIATE, Attr.QUIET, Attr.MORE, Attr.TAKES_PART, Attr.OR_TURN}
_ADDRESSES = {Attr.MAC, Attr.BSSID, Attr.ACCESS_POINT}


def _list_of(read: Callable[[bytes], Any]) -> Callable[[bytes], List[Any]]:
    return lambda payload: [read(one) for _, one in netlink.attributes(payload)]


def _counters(payload: bytes) -> Dict[str, int]:
    return {_name(uapi.Counter, kind).lower(): netlink.read_number("Q", one) for kind, one in netlink.attributes(payload)}


def _name(numbers: Any, value: int) -> str:
    try:
        return str(numbers(value).name)
    except ValueError:
        return f"UNKNOWN_{value}"


_READERS: Dict[int, Callable[[bytes], Any]] = {
    **{attr: functools.partial(netlink.read_number, code) for attr, code in _CODES.items()},
    **{attr: netlink.read_string for attr in _STRINGS},
    **{attr: (lambda payload: True) for attr in _FLAGS},
    **{attr: mac_text for attr in _ADDRESSES},
    Attr.SSID: bytes,
    Attr.LINKS: _list_of(lambda one: netlink.read_number("Q", one)),
    Attr.COLUMNS: _list_of(netlink.read_string),
    Attr.CELLS: _list_of(netlink.read_string),
    Attr.TARGETS: _list_of(mac_text),
    Attr.COUNTERS: _counters,
    Attr.STATION_LINKS: _list_of(lambda one: decode(list(netlink.attributes(one)))),
}


def decode(attributes: List[Tuple[int, bytes]]) -> Dict[str, Any]:
    """By name. What this package does not know yet stays bytes, as UNKNOWN_<number>."""
    return {_name(Attr, kind): _READERS.get(kind, bytes)(payload) for kind, payload in attributes}


def encode(fields: Dict[str, Any]) -> bytes:
    """Of a request; None and False mean that the attribute is not there."""
    parts = []
    for name, value in fields.items():
        kind = Attr[name]
        if value is None or value is False and kind in _FLAGS:
            continue
        if kind in _CODES:
            parts.append(netlink.number(kind, _CODES[kind], value))
        elif kind in _STRINGS:
            parts.append(netlink.string(kind, value))
        elif kind in _FLAGS:
            parts.append(netlink.flag(kind))
        elif kind in _ADDRESSES:
            parts.append(netlink.attribute(kind, mac_bytes(value)))
        elif kind == Attr.TARGETS:
            parts.append(netlink.nest(kind, netlink.join(netlink.attribute(n, mac_bytes(one)) for n, one in enumerate(value, 1))))
        else:
            raise ValueError(f"{name} cannot be in a request")
    return netlink.join(parts)


class Client:
    """One socket that asks and one that listens, so that no event stands between a question and its answer."""

    def __init__(self, path: str):
        self._asking = wire.NetlinkSocket(path, wire.FIRST_PORT)
        try:
            self._sequence = 0
            answer = self._transact(netlink.GENL_ID_CTRL, netlink.CTRL_CMD_GETFAMILY,
                                    netlink.string(netlink.CTRL_ATTR_FAMILY_NAME, uapi.FAMILY))
            self._family, groups = netlink.family_facts(answer[0].generic())
            self._listening = wire.NetlinkSocket(path, wire.FIRST_PORT + 1)
        except BaseException:
            self._asking.close()
            raise
        self._events: Deque[Tuple[int, Dict[str, Any]]] = collections.deque()
        for group in (uapi.GROUP_EVENTS, uapi.GROUP_RECORDS):
            self._listening.join(groups[group])
        self._pieces: Dict[Tuple[int, str, int], Dict[str, Any]] = {}
        self._lost = False

    def close(self) -> None:
        self._asking.close()
        self._listening.close()

    # ---- requests ----

    def ask(self, command: Command, **fields: Any) -> List[Dict[str, Any]]:
        """A request and its answers; NetlinkError if it is refused."""
        return [decode(one.generic().attributes) for one in self._transact(self._family, command, encode(fields))]

    def dump(self, command: Command, **fields: Any) -> List[Dict[str, Any]]:
        """All that there are. Begun anew if the world changed in between."""
        for _ in range(10):
            answers = self._transact(self._family, command, encode(fields), dump=True)
            if not any(one.flags & netlink.NLM_F_DUMP_INTR for one in answers):
                break
        return [decode(one.generic().attributes) for one in answers]

    def ask_later(self, command: Command, patience: Optional[float] = None, **fields: Any) -> Dict[str, Any]:
        """A request whose answer comes after its acknowledgement (RUN_TO, SETTLE). Without patience for ever."""
        sequence = self._send(self._family, command, encode(fields), False)
        deadline = None if patience is None else time.monotonic() + patience
        acknowledged, found = False, None
        while not acknowledged or found is None:
            message = self._next(sequence, deadline, str(command.name))
            if message.kind == netlink.NLMSG_ERROR:
                self._raise(message)
                acknowledged = True
            elif message.kind == self._family:
                found = decode(message.generic().attributes)
        return found

    def _transact(self, family: int, command: int, payload: bytes, dump: bool = False) -> List[netlink.Message]:
        sequence = self._send(family, command, payload, dump)
        deadline = time.monotonic() + PATIENCE
        answers: List[netlink.Message] = []
        while True:
            message = self._next(sequence, deadline, f"command {command}")
            if message.kind in (netlink.NLMSG_ERROR, netlink.NLMSG_DONE):
                self._raise(message)
                return answers
            answers.append(message)

    def _send(self, family: int, command: int, payload: bytes, dump: bool) -> int:
        self._sequence += 1
        self._unread: Deque[netlink.Message] = collections.deque()
        self._asking.send(netlink.generic_request(family, command, self._sequence, payload, dump).pack())
        return self._sequence

    def _next(self, sequence: int, deadline: Optional[float], what: str) -> netlink.Message:
        """The next message that answers that request. Events are taken in meanwhile, so that none is lost."""
        while True:
            while self._unread:
                message = self._unread.popleft()
                if message.sequence == sequence:
                    return message
            left = None if deadline is None else deadline - time.monotonic()
            if left is not None and left <= 0:
                raise NoAnswer(f"mlosimd has not answered {what} in time: it hangs, or a program that never waits for anything does not let it go on")
            watched = [self._asking] + ([self._listening] if hasattr(self, "_listening") else [])
            readable = select.select(watched, [], [], left)[0]
            if len(watched) > 1 and watched[1] in readable:
                self._take_in()
            if self._asking in readable:
                self._unread.extend(netlink.messages(self._asking.receive() or b""))

    @staticmethod
    def _raise(message: netlink.Message) -> None:
        error = message.error()
        if error is not None:
            raise error

    # ---- events ----

    def _take_in(self) -> None:
        """All that has come so far."""
        while True:
            try:
                datagram = self._listening.receive(0)
            except wire.Overrun:
                self._lost = True
                continue
            if datagram is None:
                return
            for message in netlink.messages(datagram):
                if message.kind == self._family:
                    generic = message.generic()
                    self._take_event(generic.command, decode(generic.attributes))

    def _take_event(self, command: int, fields: Dict[str, Any]) -> None:
        if command == Command.NEW_ENTRY:
            key = (fields["RADIO"], fields["RECORD"], fields["NUMBER"])
            begun = self._pieces.pop(key, None)
            fields = fields if begun is None else joined(begun, fields)
            if fields.pop("MORE", False):
                self._pieces[key] = fields
                return
        self._events.append((command, fields))

    def events(self) -> List[Tuple[int, Dict[str, Any]]]:
        """What has been told since the last call."""
        self._take_in()
        if self._lost:
            self._lost = False
            raise EventsLost("more events came than were read: read them more often (World.events), or run shorter ways")
        taken, self._events = list(self._events), collections.deque()
        return taken


def joined(first: Dict[str, Any], more: Dict[str, Any]) -> Dict[str, Any]:
    """An entry that came in several messages."""
    whole = {**first, **{name: value for name, value in more.items() if name not in ("TEXT", "JSON")}}
    for name in ("TEXT", "JSON"):
        if name in first or name in more:
            whole[name] = first.get(name, "") + more.get(name, "")
    return whole


def whole_entries(rows: List[Dict[str, Any]]) -> List[Dict[str, Any]]:
    """Of a dump of entries, where one may take several messages."""
    found: List[Dict[str, Any]] = []
    begun: Optional[Dict[str, Any]] = None
    for row in rows:
        row = row if begun is None else joined(begun, row)
        begun = row if row.pop("MORE", False) else None
        if begun is None:
            found.append(row)
    return found
