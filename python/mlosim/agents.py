"""What built-in access points and stations can be told to do, and links of station MLDs."""
from __future__ import annotations

from typing import TYPE_CHECKING, Any, Dict, Iterable, List, Optional

from . import model
from .model import Link
from .uapi import Command

if TYPE_CHECKING:
    from .inventory import Which

BAND_NUMBERS = {name: number for number, name in model.BANDS.items()}


class Agents:
    """Part of World. `ap` and `station` are an interface, its name, its radio's, or a built-in station's; stations of an access
    point are named by address (an MLD's MLD address)."""

    def wdev_of(self, which: "Which") -> int:
        raise NotImplementedError

    def ask(self, command: Command, **fields: Any) -> List[Dict[str, Any]]:
        raise NotImplementedError

    def settle(self, pid: Optional[int] = None) -> bool:
        raise NotImplementedError

    def _order(self, command: Command, whom: "Which", **fields: Any) -> None:
        self.ask(command, WDEV=self.wdev_of(whom), **fields)
        self.settle()

    def rekey(self, ap: "Which", station: Optional[str] = None) -> None:
        """New group keys, or a new 4-way handshake with that station."""
        self._order(Command.REKEY, ap, MAC=station)

    def send_away(self, ap: "Which", station: Optional[str] = None, reason: int = 3, disassociate: bool = False) -> None:
        """Deauthenticates (or disassociates) one station, or all."""
        self._order(Command.SEND_AWAY, ap, MAC=station, REASON_CODE=reason, DISASSOCIATE=disassociate)

    def remove_ap_link(self, ap: "Which", link_id: int, beacons: int = 10) -> None:
        """A link of an AP MLD goes for good after so many beacons."""
        self._order(Command.REMOVE_AP_LINK, ap, LINK_ID=link_id, BEACONS=beacons)

    def rest_link(self, ap: "Which", link_id: int, seconds: float) -> None:
        """No traffic is mapped to a link of an AP MLD for so long."""
        self._order(Command.REST_AP_LINK, ap, LINK_ID=link_id, DURATION=round(seconds * 1e9))

    def switch_channel(self, ap: "Which", frequency_mhz: float, width_mhz: int = 20, *, center_mhz: Optional[float] = None,
                       link_id: Optional[int] = None, beacons: int = 10, punctured: int = 0, quiet: bool = False) -> None:
        """To another channel after so many beacons; of an AP MLD, one link."""
        center = None if center_mhz is None else round(center_mhz * 1000)
        self._order(Command.SWITCH_CHANNEL, ap, LINK_ID=link_id, FREQ=round(frequency_mhz * 1000), WIDTH=model.WIDTH_NUMBERS[width_mhz],
                    CENTER_FREQ1=center, PUNCTURED=punctured or None, BEACONS=beacons, QUIET=quiet)

    def change_color(self, ap: "Which", color: int, *, link_id: Optional[int] = None, beacons: int = 10) -> None:
        self._order(Command.CHANGE_COLOR, ap, LINK_ID=link_id, COLOR=color, BEACONS=beacons)

    def request_transition(self, ap: "Which", station: Optional[str] = None, targets: Iterable[str] = (), disassociate_after: int = 0) -> None:
        """A BSS transition management request to one station, or all; who is still there after so many beacons is sent away."""
        self._order(Command.REQUEST_TRANSITION, ap, MAC=station, TARGETS=list(targets) or None, BEACONS=disassociate_after or None)

    def roam(self, station: "Which", targets: Iterable[str] = ()) -> None:
        """A built-in station goes to the first of those that it hears, or to the loudest other access point."""
        self._order(Command.ROAM, station, TARGETS=list(targets) or None)

    def set_active_links(self, station: "Which", links: Iterable[int]) -> None:
        """Those links of a station MLD carry its frames from now on."""
        self._order(Command.SET_ACTIVE_LINKS, station, ACTIVE_LINKS=sum(1 << link for link in set(links)))

    def set_link_policy(self, interface: "Which", policy: str) -> None:
        """How an MLD's links share its data: "round_robin", "strongest", "by_tid"."""
        self._order(Command.SET_LINK_POLICY, interface, LINK_POLICY=policy)

    def set_emlsr(self, station: "Which", links: Iterable[int], *, padding_us: Optional[int] = None, transition_us: Optional[int] = None) -> None:
        """These links share one radio; none ends it."""
        self._order(Command.SET_EMLSR, station, EMLSR_LINKS=sum(1 << link for link in set(links)), EMLSR_PADDING=padding_us,
                    EMLSR_TRANSITION=transition_us)

    def register_link(self, station: "Which", band: str) -> Link:
        """A further link wdev of a station that does not run, in band "2.4 GHz", "5 GHz" or "6 GHz"."""
        return model.link(self.ask(Command.REGISTER_LINK, MLD_WDEV=self.wdev_of(station), BAND=BAND_NUMBERS[band])[0])

    def unregister_link(self, link: "Which") -> None:
        self.ask(Command.UNREGISTER_LINK, WDEV=self.wdev_of(link))
