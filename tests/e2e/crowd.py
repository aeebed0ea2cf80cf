#!/usr/bin/env python3
"""Five hundred radios in one world: dumps and a scan with both iw, and what more radios cost."""
import re
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
