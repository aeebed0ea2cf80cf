#!/usr/bin/env python3
"""A program is the medium between the radios, as wmediumd is for mac80211_hwsim: stock hostapd and wpa_supplicant connect
through it, and through the world's own medium again when it ends."""
import pathlib
import subprocess
import sys
import unittest

from harness import hostap, tap
from harness.hostap import AccessPoint, Station
from harness.world import PATIENCE, World

HERE = pathlib.Path(__file__).resolve().parent
WORLD = {"clock": "real", "radios": [{"name": name, "channels": 1, "multi_link": False} for name in ("ap", "station")]}
RADIOS = ("42:00:00:00:00:00", "42:00:00:00:01:00")


class Medium:
    """harness/medium.py, running."""

    def __init__(self, world, way):
        self.process = subprocess.Popen(world.command(sys.executable, "-m", "harness.medium", way, *RADIOS), cwd=HERE,
                                        env=world.environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, encoding="utf-8", errors="replace")

    def __enter__(self):
        line = self.process.stdout.readline()
        if line != "medium\n":
            raise AssertionError(f"the medium says {line!r}\n{self.process.communicate(timeout=PATIENCE)[1]}")
        return self

    def counts(self):
        """Ends the program; what it did."""
        out, err = self.process.communicate("", timeout=PATIENCE)
        if self.process.returncode != 0:
            raise AssertionError(f"the medium ended with {self.process.returncode}:\n{err}")
        return {name: int(count) for name, count in (line.split() for line in out.splitlines())}

    def __exit__(self, kind, error, trace):
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()


class OutsideMedium(unittest.TestCase):
    def setUp(self):
        self.world = self.enterContext(World(WORLD))
        self.release = hostap.debian_12()

    def medium(self, way):
        return self.enterContext(Medium(self.world, way))

    def access_point(self):
        return self.enterContext(AccessPoint(self.world, self.release, "wlan0",
                                             {"ssid": "home", "hw_mode": "g", "channel": 6, "country_code": "US", "wpa": 2,
                                              "ieee80211n": 1, "wmm_enabled": 1, "wpa_key_mgmt": "WPA-PSK", "rsn_pairwise": "CCMP",
                                              "wpa_passphrase": "correct horse"}))

    def station(self):
        return self.enterContext(Station(self.world, self.release, "wlan1", {"country": "US"}))

    def connect(self, station):
        station.connect(ssid='"home"', scan_freq=2437, psk='"correct horse"')
        station.wait_connected()
        self.assertEqual(station.status()["wpa_state"], "COMPLETED")

    def passes_data(self):
        outcome = subprocess.run(self.world.command(sys.executable, "-m", "harness.frames", "wlan0", "wlan1", "1"), cwd=HERE,
                                 env=self.world.environment(), capture_output=True, text=True, timeout=PATIENCE)
        self.assertEqual((outcome.returncode, outcome.stdout, outcome.stderr), (0, "through\n", ""))

    def retries(self):
        """Of the station's frames, as its kernel counts them."""
        dump = self.world.run("iw", "dev", "wlan1", "station", "dump").text
        return int(dump.split("tx retries:")[1].split()[0])

    def test_a_station_connects_through_it_and_through_the_worlds_own_when_it_ends(self):
        medium = self.medium("carries")
        self.access_point()
        station = self.station()
        self.connect(station)
        self.passes_data()
        self.assertEqual(self.retries(), 0)
        with self.assertRaisesRegex(AssertionError, r"\[Errno 16\]"), Medium(self.world, "carries"):
            pass
        counts = medium.counts()
        self.assertGreater(counts["acknowledged"], 13, counts)
        self.assertGreater(counts["carried"], counts["acknowledged"], counts)
        self.assertGreaterEqual(counts["addresses"], 2, counts)
        self.passes_data()
        self.assertNotIn("CTRL-EVENT-DISCONNECTED", "\n".join(station.control.events))

    def test_frames_that_it_loses_are_tried_again_and_counted(self):
        medium = self.medium("third-try")
        self.access_point()
        self.connect(self.station())
        self.passes_data()
        self.assertGreater(self.retries(), 10)
        self.assertGreater(medium.counts()["acknowledged"], 13)

    def test_what_it_does_not_carry_does_not_arrive(self):
        medium = self.medium("silent")
        self.access_point()
        station = self.station()
        self.assertEqual(station.control.request("SCAN freq=2437"), "OK")
        station.control.wait("CTRL-EVENT-SCAN-RESULTS")
        self.assertNotIn("home", station.control.request("SCAN_RESULTS"))
        counts = medium.counts()
        self.assertEqual(counts["carried"], 0, counts)
        self.assertGreater(counts["sent"], 0, counts)
        self.connect(station)
        self.passes_data()

    def test_a_medium_that_is_killed_leaves_a_connection_whole(self):
        medium = self.medium("carries")
        self.access_point()
        station = self.station()
        self.connect(station)
        medium.process.kill()
        medium.process.wait()
        self.assertEqual(self.world.run("iw", "dev").code, 0)
        self.passes_data()


if __name__ == "__main__":
    tap.main()
