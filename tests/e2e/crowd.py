#!/usr/bin/env python3
"""Five hundred radios in one world: dumps and a scan with both iw, and what more radios cost. Two hundred station MLDs."""
import os
import re
import time
import unittest

from harness import programs, scaling, tap
from harness.world import World


class FiveHundredRadios(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World("crowd-500.json", "--clock", "real", "--set", '/duration="1 h"', "--set", "/steps=[]",
                          "--set", "/expect=[]")
        cls.world.__enter__()

    @classmethod
    def tearDownClass(cls):
        cls.world.__exit__(None, None, None)

    def iw(self, program, *arguments):
        outcome = self.world.run(program, *arguments, timeout=120)
        self.assertEqual((outcome.code, outcome.err), (0, ""), arguments)
        return outcome.out

    def look_around_with(self, iw):
        self.assertEqual(len(set(re.findall(r"^Wiphy (\S+)$", self.iw(iw, "list"), re.M))), 500)
        self.assertEqual(len(set(re.findall(r"^\tInterface (\S+)$", self.iw(iw, "dev"), re.M))), 500)
        found = self.iw(iw, "dev", "wlan0", "scan", "flush")
        self.assertEqual(sorted(map(float, re.findall(r"freq: ([\d.]+)", found))), [2412, 5180, 5745, 6135])
        self.assertEqual(len(re.findall("SSID: hall", found)), 4)

    def test_are_listed_and_scan_with_debian_12s_iw(self):
        self.look_around_with("iw")

    def test_are_listed_and_scan_with_debian_sids_iw(self):
        self.look_around_with(programs.sid("iw"))


class TwoHundredStationMlds(unittest.TestCase):
    """At one built-in AP MLD with three links, nothing from outside, in virtual time."""

    def world(self, *options):
        return World("crowd-mlo-200.json", "--paused", *options)

    def test_are_all_associated_with_three_links_each(self):
        with self.world("--set", "/stations=[]", "--set", "/expect=[]") as world:
            self.assertEqual(world.ctl("run-to", "19s", timeout=120).code, 0)
            alone = world.memory_kb()
        with self.world() as world:
            begun = time.monotonic()
            self.assertEqual(world.ctl("run-to", "19s", timeout=250).code, 0)
            took = time.monotonic() - begun
            stations = world.ctl_json("stations")
            self.assertEqual(len(stations), 200)
            for station in stations:
                self.assertEqual((station["station_state"], len(station["station_links"])), ("connected", 3), station)
            events = world.ctl_json("world")["events_fired"]
            per_link = (world.memory_kb() - alone) / 600
            tap.say(f"200 station MLDs with 3 links each: {took:.1f} s for 19 s, {events} events, {events / took:.0f} a second; "
                    f"{per_link:.0f} kB for each link")
            # A sanitizer keeps what was given back for a while.
            self.assertLess(per_link, 5000 if os.environ.get("MLOSIM_SANITIZED") == "1" else 300)


class Growth(unittest.TestCase):
    def test_is_no_worse_than_linear(self):
        """A radio among 500 costs no more than one among 100. Times may double: they are small, and the machine's caches
        are not ours alone. Were one radio to look at all others, it would cost five times as much."""
        some, many = scaling.measure(100), scaling.measure(500)
        for name, allowed in (("memory_kb", 1), ("start_ms", 2), ("wiphys_ms", 2), ("interfaces_ms", 2), ("scan_ms", 2)):
            first = getattr(some, name) / some.count
            later = getattr(many, name) / many.count
            tap.say(f"{name}: {first:.3f} for each of {some.count}, {later:.3f} for each of {many.count}")
            self.assertLessEqual(later, first * allowed, name)


tap.main()
