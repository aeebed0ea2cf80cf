#!/usr/bin/env python3
"""`iw list` of radios of every kind that mac80211_hwsim makes, line for line as on the real kernel."""
import re
import unittest

from harness import compare, oracle, programs, tap
from harness.world import World

# The options with which each capture's radio was made, and the regulatory domain at that time.
RADIOS = {
    "list-mlo0.txt": {"multi_link": False},
    "list-p2p_device.txt": {"multi_link": True, "p2p_device": True},
    "list-channels3.txt": {"multi_link": False, "channels": 3},
    "list-multi_radio.txt": {"multi_link": True, "multi_radio": True},
}


def plain(text):
    """A wiphy's number is whatever came next."""
    text = re.sub(r"^Wiphy phy\d+$", "Wiphy phy*", text, flags=re.M)
    return compare.Numbers().plain(re.sub(r"^(\twiphy index:) \d+$", r"\1 *", text, flags=re.M))


class EachKindOfRadio(unittest.TestCase):
    known = compare.rules()

    def compare_with(self, capture):
        (command, expected), = oracle.session(capture)
        radio = {"name": "r", "profile": "generic-be", **RADIOS[capture]}
        with World({"clock": "real", "regulatory": "US", "radios": [radio]}) as world:
            found = world.run(programs.sid("iw"), *command.split()[1:])
        self.assertEqual(found.code, expected.code)
        lines = plain(expected.text)
        differences = compare.differences(command, lines, plain(found.text), self.known)
        tap.say(f"{capture}: {len(lines)} lines, {len(differences)} differ")
        self.assertEqual(differences, [])

    def test_without_multi_link(self):
        self.compare_with("list-mlo0.txt")

    def test_with_a_p2p_device(self):
        self.compare_with("list-p2p_device.txt")

    def test_with_three_channels_at_once(self):
        self.compare_with("list-channels3.txt")

    def test_with_one_radio_a_band(self):
        self.compare_with("list-multi_radio.txt")


tap.main()
