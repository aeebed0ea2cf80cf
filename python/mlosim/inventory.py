"""What is in a world, and what its chips and its air do: asked for by name."""
from __future__ import annotations

from typing import Any, Dict, Iterable, List, Optional, TypeVar, Union

from . import model
from .agents import Agents
from .errors import NotFound
from .family import whole_entries
from .model import Entry, Fault, Interface, Link, Radio, Station
from .uapi import Command

T = TypeVar("T")
Which = Union[str, int, Interface, Station, Link]


class Inventory(Agents):
    """Part of World."""

    def dump(self, command: Command, **fields: Any) -> List[Dict[str, Any]]:
        raise NotImplementedError

    def radios(self) -> List[Radio]:
        return [model.radio(one) for one in self.dump(Command.GET_RADIO)]

    def interfaces(self) -> List[Interface]:
        return [model.interface(one) for one in self.dump(Command.GET_WDEV)]

    def links(self, interface: Optional[Which] = None) -> List[Link]:
        """Link wdevs, of all or of one interface."""
        owner = None if interface is None else self.wdev_of(interface)
        return [model.link(one) for one in self.dump(Command.GET_LINK, MLD_WDEV=owner)]

    def stations(self) -> List[Station]:
        """Built-in ones."""
        return [model.station(one) for one in self.dump(Command.GET_STATION)]

    def radio(self, which: Union[str, int]) -> Radio:
        """By the scenario's name, the wiphy's, the device's, or by number."""
        return _only((one for one in self.radios() if which in (one.number, one.name, one.wiphy_name, one.device)), "radio", which)

    def interface(self, which: Which) -> Interface:
        """By name, or by a radio's: its first one that runs, else its first."""
        if not isinstance(which, str):
            wdev = self.wdev_of(which)
            return _only((one for one in self.interfaces() if one.wdev == wdev), "interface", which)
        everyone = self.interfaces()
        named = [one for one in everyone if one.name == which]
        if not named:
            wiphys = [one.wiphy for one in self.radios() if one.name == which]
            named = sorted((one for one in everyone if one.wiphy in wiphys), key=lambda one: not one.running)
        return _only(named, "interface", which)

    def link(self, interface: Which, link_id: int) -> Link:
        """The link wdev that stands for that link."""
        return _only((one for one in self.links(interface) if one.link_id == link_id), f"link of {interface}", link_id)

    def station(self, name: str) -> Station:
        """A built-in station by its name or its interface's."""
        return _only((one for one in self.stations() if name in (one.name, one.interface)), "built-in station", name)

    def wdev_of(self, which: Which) -> int:
        """The identifier of what is meant: an interface, its name, its radio's name, or a built-in station's."""
        if isinstance(which, int):
            return which
        if not isinstance(which, str):
            return which.wdev
        try:
            return self.interface(which).wdev
        except NotFound:
            stations = [one for one in self.stations() if one.name == which]
            if not stations:
                raise
            return stations[0].wdev

    def _radio_number(self, which: Union[str, int, Radio, None]) -> Optional[int]:
        if which is None or isinstance(which, int):
            return which
        return which.number if isinstance(which, Radio) else self.radio(which).number

    # ---- chips, faults ----

    def chip_table(self, radio: Union[str, int, Radio], name: str) -> List[Dict[str, str]]:
        """Rows of a table that the radio's chip shows ("wcid" …), each as {column: cell}."""
        return model.table(self.dump(Command.GET_TABLE, RADIO=self._radio_number(radio), TABLE=name))

    def chip_record(self, radio: Union[str, int, Radio], name: str, since: int = 1) -> List[Entry]:
        """Lines that the chip has written ("mcu", "kernel" …), from that number on."""
        rows = self.dump(Command.GET_RECORD, RADIO=self._radio_number(radio), RECORD=name, NUMBER=since)
        return [model.entry(one) for one in whole_entries(rows)]

    def inject_fault(self, rule: str, radio: Union[str, int, Radio, None] = None) -> Fault:
        """From now on that goes wrong: in the air, or with a radio in its chip."""
        number = self._radio_number(radio)
        return model.fault(self.ask(Command.ADD_FAULT, RADIO=number, TEXT=rule)[0], number)

    def faults(self, radio: Union[str, int, Radio, None] = None) -> List[Fault]:
        """In force, with how often each has acted."""
        number = self._radio_number(radio)
        return [model.fault(one, number) for one in self.dump(Command.GET_FAULT, RADIO=number)]

    def clear_faults(self, radio: Union[str, int, Radio, None] = None, fault: Union[Fault, int, None] = None) -> None:
        """One fault or all: of the air, or of a radio's chip."""
        number = fault.number if isinstance(fault, Fault) else fault
        if isinstance(fault, Fault) and radio is None:
            radio = fault.radio
        self.ask(Command.REMOVE_FAULT, RADIO=self._radio_number(radio), FAULT=number)

    def suspend(self, radio: Union[str, int, Radio]) -> None:
        """The radio's host goes to sleep."""
        self.ask(Command.SUSPEND_HOST, RADIO=self._radio_number(radio))

    def wake(self, radio: Union[str, int, Radio]) -> None:
        self.ask(Command.WAKE_HOST, RADIO=self._radio_number(radio))


def _only(found: Iterable[T], what: str, which: object) -> T:
    everyone = list(found)
    if not everyone:
        raise NotFound(f"there is no {what} {which!r}")
    return everyone[0]
