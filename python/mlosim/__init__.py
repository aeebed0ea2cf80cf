"""Simulated Wi-Fi worlds for tests: mlosimd steered from Python. docs/python.md is the manual."""
from .errors import (BadScenario, Error, EventsLost, ExpectationFailed, NoAnswer, NotFound, ProgramFailed, Timeout, WorldDied,
                     WorldEnded)
from .model import Channel, Entry, Event, Fault, Interface, Link, Radio, Station, StationLink, WorldFacts
from .netlink import NetlinkError
from .program import Line, Program
from .uapi import Command, LinkUse, StationState
from .world import World

__version__ = "0.1.0"

__all__ = [
    "BadScenario", "Channel", "Command", "Entry", "Error", "Event", "EventsLost", "ExpectationFailed", "Fault", "Interface", "Line",
    "Link", "LinkUse", "NetlinkError", "NoAnswer", "NotFound", "Program", "ProgramFailed", "Radio", "Station", "StationLink",
    "StationState", "Timeout", "World", "WorldDied", "WorldEnded", "WorldFacts",
]
