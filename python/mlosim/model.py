"""What the world tells of itself, as values. Each is as things were when it was asked for, or when an event came."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Dict, List, Optional, Tuple

from .uapi import ClockMode, Command, Dialect, LinkUse, NetdevBackend, StationState

BANDS = {0: "2.4 GHz", 1: "5 GHz", 2: "60 GHz", 3: "6 GHz"}
WIDTHS = {0: 20, 1: 20, 2: 40, 3: 80, 4: 80, 5: 160, 6: 5, 7: 10, 13: 320}  # enum nl80211_chan_width to MHz
WIDTH_NUMBERS = {20: 1, 40: 2, 80: 3, 160: 5, 320: 13}
INTERFACE_TYPES = {0: "unspecified", 1: "ibss", 2: "station", 3: "ap", 4: "ap_vlan", 5: "wds", 6: "monitor", 7: "mesh_point",
                   8: "p2p_client", 9: "p2p_go", 10: "p2p_device", 11: "ocb", 12: "nan", 13: "link"}


def seconds(ns: int) -> float:
    return ns / 1e9


def links_of(mask: int) -> Tuple[int, ...]:
    """Of a mask with bit n for link n."""
    return tuple(link for link in range(15) if mask >> link & 1)


@dataclass(frozen=True)
class WorldFacts:
    time_ns: int
    seed: int
    clock: ClockMode
    paused: bool
    dialect: Dialect
    netdev: NetdevBackend
    events_fired: int
    events_pending: int

    @property
    def time(self) -> float:
        return seconds(self.time_ns)


@dataclass(frozen=True)
class Radio:
    number: int
    name: str  # as the scenario has it
    device: str  # "hwsim0"
    profile: str
    chip: str  # "generic", "mt7925"
    wiphy: Optional[int]  # None: its driver is a virtual machine's
    wiphy_name: str
    mac: str
    bands: Tuple[str, ...]
    open_count: int
    counters: Dict[str, int]
    front: str = ""  # "vfio-user" then


@dataclass(frozen=True)
class Channel:
    frequency_mhz: float  # of the control channel
    width_mhz: int
    center_mhz: float


@dataclass(frozen=True)
class Interface:
    wdev: int
    name: str
    index: Optional[int]  # None: without a netdev
    type: str
    mac: str
    running: bool
    wiphy: int
    wiphy_name: str
    ssid: Optional[bytes]
    bssid: Optional[str]
    channel: Optional[Channel]  # of one that is no multi-link device
    tx_power_dbm: Optional[int]
    is_mld: bool
    valid_links: Tuple[int, ...]
    active_links: Tuple[int, ...]
    dormant_links: Tuple[int, ...]
    emlsr_links: Tuple[int, ...]
    link_policy: Optional[str]
    link_wdevs: Tuple[int, ...]
    counters: Dict[str, int]


@dataclass(frozen=True)
class Link:
    """A link wdev."""
    wdev: int
    owner: Optional[int]  # wdev of the station or access point that it belongs to
    interface: Optional[str]  # name of the owner's netdev
    wiphy: int
    mac: str
    running: bool
    use: LinkUse
    link_id: Optional[int]
    band: Optional[str]
    bssid: Optional[str]
    channel: Optional[Channel]
    tx_power_dbm: Optional[int]


@dataclass(frozen=True)
class StationLink:
    link_id: Optional[int]
    bssid: str
    frequency_mhz: float
    signal_dbm: Optional[int]


@dataclass(frozen=True)
class Station:
    """A built-in station."""
    name: str
    wdev: int
    interface: str
    mac: str
    state: StationState
    ssid: bytes
    access_point: Optional[str]
    links: Tuple[StationLink, ...]
    signal_dbm: Optional[int]
    reason: Optional[str]  # why the last connection or attempt ended
    counters: Dict[str, int]

    @property
    def connected(self) -> bool:
        return self.state == StationState.CONNECTED


@dataclass(frozen=True)
class Fault:
    number: int
    text: str
    acted: int
    radio: Optional[int] = None  # None: of the air


@dataclass(frozen=True)
class Entry:
    """One line of a chip's record."""
    radio: int
    record: str
    number: int
    time_ns: int
    text: str
    json: str = ""

    @property
    def time(self) -> float:
        return seconds(self.time_ns)


@dataclass(frozen=True)
class Event:
    """Something that has happened. `kind` is "new_link", "set_wdev", "set_world", "new_entry" …; `subject` is the Radio,
    Interface, Link, WorldFacts or Entry after it; `fields` has all that was told, by attribute."""
    time_ns: int
    kind: str
    subject: Any
    fields: Dict[str, Any] = field(repr=False, compare=False)

    @property
    def time(self) -> float:
        return seconds(self.time_ns)


def channel_of(fields: Dict[str, Any]) -> Optional[Channel]:
    if "FREQ" not in fields:
        return None
    center = fields.get("CENTER_FREQ1", fields["FREQ"])
    return Channel(fields["FREQ"] / 1000, WIDTHS.get(fields.get("WIDTH", 1), 0), center / 1000)


def world_facts(fields: Dict[str, Any]) -> WorldFacts:
    return WorldFacts(fields["TIME"], fields["SEED"], ClockMode(fields["CLOCK_MODE"]), fields.get("PAUSED", False),
                      Dialect(fields["DIALECT"]), NetdevBackend(fields.get("NETDEV_BACKEND", 0)), fields["EVENTS_FIRED"],
                      fields["EVENTS_PENDING"])


def radio(fields: Dict[str, Any]) -> Radio:
    bands = tuple(BANDS.get(bit, str(bit)) for bit in range(32) if fields["BANDS"] >> bit & 1)
    return Radio(fields["RADIO"], fields.get("PLACE", ""), fields.get("RADIO_NAME", ""), fields["PROFILE"], fields["CHIP"],
                 fields.get("WIPHY"), fields.get("WIPHY_NAME", ""), fields["MAC"], bands, fields.get("OPEN_COUNT", 0),
                 fields.get("COUNTERS", {}), fields.get("FRONT", ""))


def interface(fields: Dict[str, Any]) -> Interface:
    return Interface(
        wdev=fields["WDEV"], name=fields.get("IFNAME", ""), index=fields.get("IFINDEX"),
        type=INTERFACE_TYPES.get(fields["IFTYPE"], str(fields["IFTYPE"])), mac=fields["MAC"], running=bool(fields["STATE"]),
        wiphy=fields["WIPHY"], wiphy_name=fields["WIPHY_NAME"], ssid=fields.get("SSID"), bssid=fields.get("BSSID"),
        channel=channel_of(fields), tx_power_dbm=fields.get("TX_POWER"), is_mld="VALID_LINKS" in fields,
        valid_links=links_of(fields.get("VALID_LINKS", 0)), active_links=links_of(fields.get("ACTIVE_LINKS", 0)),
        dormant_links=links_of(fields.get("DORMANT_LINKS", 0)), emlsr_links=links_of(fields.get("EMLSR_LINKS", 0)),
        link_policy=fields.get("LINK_POLICY"), link_wdevs=tuple(fields.get("LINKS", ())), counters=fields.get("COUNTERS", {}))


def link(fields: Dict[str, Any]) -> Link:
    band = fields.get("BAND")
    return Link(
        wdev=fields["WDEV"], owner=fields.get("MLD_WDEV"), interface=fields.get("IFNAME"), wiphy=fields["WIPHY"], mac=fields["MAC"],
        running=bool(fields["STATE"]), use=LinkUse(fields.get("LINK_USE", 0)), link_id=fields.get("LINK_ID"),
        band=None if band is None else BANDS.get(band, str(band)), bssid=fields.get("BSSID"), channel=channel_of(fields),
        tx_power_dbm=fields.get("TX_POWER"))


def station(fields: Dict[str, Any]) -> Station:
    links = tuple(StationLink(one.get("LINK_ID"), one["BSSID"], one["FREQ"] / 1000, one.get("SIGNAL"))
                  for one in fields.get("STATION_LINKS", ()))
    return Station(fields["STATION_NAME"], fields["WDEV"], fields["IFNAME"], fields["MAC"], StationState(fields["STATION_STATE"]),
                   fields.get("SSID", b""), fields.get("ACCESS_POINT"), links, fields.get("SIGNAL"), fields.get("REASON"),
                   fields.get("COUNTERS", {}))


def fault(fields: Dict[str, Any], radio_number: Optional[int]) -> Fault:
    return Fault(fields["FAULT"], fields["TEXT"], fields["ACTED"], radio_number)


def entry(fields: Dict[str, Any]) -> Entry:
    return Entry(fields["RADIO"], fields["RECORD"], fields["NUMBER"], fields["TIME"], fields.get("TEXT", ""), fields.get("JSON", ""))


_SUBJECTS = {"RADIO": radio, "WDEV": interface, "LINK": link, "STATION": station, "WORLD": world_facts, "ENTRY": entry}


def event(command: int, fields: Dict[str, Any]) -> Event:
    """Of a multicast message; a command that this package does not know yet has no subject."""
    try:
        name = Command(command).name
    except ValueError:
        return Event(fields.get("TIME", 0), f"command_{command}", None, fields)
    make = _SUBJECTS.get(name.split("_", 1)[1])
    return Event(fields.get("TIME", 0), name.lower(), make(fields) if make else None, fields)


def table(rows: List[Dict[str, Any]]) -> List[Dict[str, str]]:
    """The messages of a chip's table: columns first, then cells."""
    columns: List[str] = []
    found = []
    for row in rows:
        if "COLUMNS" in row:
            columns = list(row["COLUMNS"])
        if "CELLS" in row:
            found.append(dict(zip(columns, row["CELLS"])))
    return found
