#!/usr/bin/env python3
"""mlosimctl against a running world: what it shows to people and to scripts, what it changes, how it refuses."""
import json
import re
import subprocess
import sys
import time
import unittest

from harness import programs, tap
from harness.world import World, run

# Two multi-link stations, one up and one down, and an old one.
WORLD = {"clock": "real", "seed": 7, "radios": [
    {"name": "up", "interfaces": [{"name": "wlan0", "up": True}]},
    {"name": "down", "interfaces": [{"name": "wlan1"}]},
    {"name": "old", "profile": "n", "interfaces": [{"name": "wlan2"}]}]}


class Ctl(unittest.TestCase):
    def setUp(self):
        self.world = World(WORLD)
        self.world.__enter__()
        self.addCleanup(self.world.__exit__, None, None, None)

    def fails(self, code, words, *arguments):
        outcome = self.world.ctl(*arguments)
        self.assertEqual((outcome.code, outcome.out), (code, ""), f"{arguments}: {outcome}")
        self.assertRegex(outcome.err, r"\Amlosimctl: [^\n]*" + words + r"[^\n]*\n\Z")

    def table(self, *arguments):
        """A table for people as one dictionary a row: headings say where columns begin."""
        heading, *rows = self.world.ctl(*arguments).out.splitlines()
        starts = [match.start() for match in re.finditer(r"\S+", heading)]
        ends = starts[1:] + [None]
        return [{heading[a:b].strip(): row[a:b].strip() for a, b in zip(starts, ends)} for row in rows]


ACCESS_POINTS = {"clock": "real", "seed": 3, "regulatory": {"country": "DE"}, "radios": [
    {"name": name, "channels": 2, "interfaces": [{"name": name, "type": kind}]}
    for name, kind in (("west", "ap"), ("east", "ap"), ("sta", "station"))],
    "networks": [{"name": name, "radio": name, "ssid": "home", "security": "wpa3", "password": "12345678", "links": [
        {"band": "2.4 GHz", "channel": channel}, {"band": "5 GHz", "channel": channel + 35}]} for name, channel in (("west", 1), ("east", 5))],
    "stations": [{"name": "client", "radio": "sta", "ssid": "home", "security": "wpa3", "password": "12345678",
                  "channels": [{"band": "2.4 GHz", "channel": c} for c in (1, 5)] + [{"band": "5 GHz", "channel": c} for c in (36, 40)]}]}


class TellsAgents(Ctl):
    """Built-in access points and stations, live."""

    def setUp(self):
        self.world = World(ACCESS_POINTS)
        self.world.__enter__()
        self.addCleanup(self.world.__exit__, None, None, None)
        self.macs = {w["ifname"]: w["address"] for w in self.world.ctl_json("wdevs")}
        self.wait(lambda s: s["station_state"] == "connected", "connected")
        self.here = next(n for n in ("west", "east") if self.macs[n] == self.station()["access_point"])
        self.there = {"west": "east", "east": "west"}[self.here]

    def station(self):
        return self.world.ctl_json("stations")[0]

    def wait(self, condition, what):
        deadline = time.monotonic() + 30
        while not condition(self.station()):
            self.assertLess(time.monotonic(), deadline, f"not {what}: {self.station()}")
            time.sleep(0.02)

    def tell(self, *arguments):
        outcome = self.world.ctl(*arguments)
        self.assertEqual((outcome.code, outcome.text), (0, ""), arguments)

    def links(self, interface):
        return {l["link_id"]: l for l in self.world.ctl_json("links") if l["ifname"] == interface and "link_id" in l}

    def test_keys_and_goodbyes(self):
        me = self.macs["sta"]
        self.tell("ap", "rekey", self.here)
        self.tell("ap", "rekey", self.here, me)
        self.fails(1, "no such station", "ap", "rekey", self.here, self.macs["east"])
        for n, (command, who) in enumerate((("deauthenticate", [me]), ("disassociate", []), ("deauthenticate", ["--reason", "4"]))):
            self.tell("ap", command, self.here, *who)
            self.wait(lambda s: s["counters"]["disconnections"] == n + 1, "sent away")
            self.wait(lambda s: s["station_state"] == "connected", "back")
            self.here = next(n for n in ("west", "east") if self.macs[n] == self.station()["access_point"])

    def test_where_to_go(self):
        self.tell("roam", "sta")
        self.wait(lambda s: (s["station_state"], s["access_point"]) == ("connected", self.macs[self.there]), "there")
        target = self.links(self.here)[0]["bssid"]
        self.fails(1, "nobody beacons there", "ap", "transition", self.there, "--to", "02:00:00:00:99:99")
        self.tell("ap", "transition", self.there, self.macs["sta"], "--to", target)
        self.wait(lambda s: (s["station_state"], s["access_point"]) == ("connected", self.macs[self.here]), "back")
        self.assertEqual((self.station()["counters"]["roams"], self.station()["counters"]["failures"]), (2, 0))

    def test_channels_and_links(self):
        self.tell("ap", "switch", self.here, "5220", "--width", "40", "--link", "1", "--beacons", "3")
        self.fails(1, "changes already", "ap", "switch", self.here, "5240", "--link", "1")
        self.wait(lambda s: [l["frequency_mhz"] for l in s["station_links"]][1:] == [5220], "on the new channel")
        self.tell("ap", "color", self.here, "9", "--link", "0", "--beacons", "2")
        self.tell("ap", "rest-link", self.here, "1", "1s")
        self.wait(lambda s: self.links("sta")[1]["use"] == "dormant", "resting")
        self.wait(lambda s: self.links("sta")[1]["use"] != "dormant", "awake")
        self.tell("ap", "remove-link", self.here, "0", "--beacons", "3")
        self.wait(lambda s: [l["link_id"] for l in s["station_links"]] == [1], "on one link")
        self.fails(1, "last link", "ap", "remove-link", self.here, "1")
        self.assertEqual(self.station()["counters"]["disconnections"], 0)

    def test_nobody_else(self):
        self.fails(1, "no built-in access point", "ap", "rekey", "sta")
        self.fails(1, "no built-in station", "roam", "west")
        self.fails(1, "no such link", "ap", "switch", self.here, "5220")
        self.fails(1, "no such channel", "ap", "switch", self.here, "5221", "--link", "1")
        self.fails(2, "no width", "ap", "switch", self.here, "5220", "--width", "30")
        self.fails(2, "no address", "ap", "deauthenticate", self.here, "everybody")


class Shows(Ctl):
    def test_the_world(self):
        world = self.world.ctl_json("world")
        self.assertEqual((world["seed"], world["clock"], world["dialect"]), (7, "real", "mainline"))
        self.assertIn("seed     7\n", self.world.ctl("world").out)

    def test_time_that_goes_on(self):
        first = float(self.world.ctl("time").out)
        self.assertGreater(float(self.world.ctl("time").out), first)

    def test_radios(self):
        self.assertEqual([(r["PHY"], r["PROFILE"], r["OPEN"]) for r in self.table("radios")],
                         [("phy0", "generic-be", "4"), ("phy1", "generic-be", "0"), ("phy2", "n", "0")])
        self.assertEqual([r["open_count"] for r in self.world.ctl_json("radios")], [4, 0, 0])

    def test_wdevs_as_iw_does(self):
        listed = self.world.run("iw", "dev").out
        for wdev in self.world.ctl_json("wdevs"):
            self.assertIn(f"Interface {wdev['ifname']}\n\t\tifindex {wdev['ifindex']}\n\t\twdev {wdev['wdev']}\n"
                          f"\t\taddr {wdev['address']}\n\t\ttype {wdev['type']}\n", listed)
        self.assertEqual([w["STATE"] for w in self.table("wdevs")], ["running", "down", "down"])

    def test_links_of_multi_link_stations_alone(self):
        links = self.world.ctl_json("links")
        self.assertEqual([(link["ifname"], link["band"], link["state"]) for link in links],
                         [("wlan0", band, "running") for band in ("2.4", "5", "6")] +
                         [("wlan1", band, "down") for band in ("2.4", "5", "6")])
        self.assertEqual([link["WDEV"] for link in self.table("links")], [link["wdev"] for link in links])


class Links(Ctl):
    def test_are_added_by_interface_number_or_wdev_and_removed(self):
        wdev = self.world.ctl_json("wdevs")[1]
        for station in ("wlan1", str(wdev["ifindex"]), wdev["wdev"]):
            link, = self.world.ctl_json("link", "add", station, "--band", "6")
            self.assertEqual((link["mld_wdev"], link["band"], link["state"]), (wdev["wdev"], "6", "down"))
            self.assertEqual(len(self.world.ctl_json("links")), 7)
            self.assertEqual(self.world.ctl("link", "del", link["wdev"]).code, 0)
            self.assertEqual(len(self.world.ctl_json("links")), 6)

    def test_start_and_stop_with_their_station(self):
        for state in ("up", "down"):
            self.world.run("ip", "link", "set", "wlan1", state)
            found = [link["state"] for link in self.world.ctl_json("links") if link["ifname"] == "wlan1"]
            self.assertEqual(found, [{"up": "running", "down": "down"}[state]] * 3)

    def test_of_a_running_station_stay_as_they_are(self):
        self.fails(1, "before their station is up", "link", "add", "wlan0", "--band", "6")

    def test_are_not_found_where_there_are_none(self):
        self.fails(1, "no such wdev", "link", "del", "0x99")
        self.fails(1, "no interface wlan9", "link", "add", "wlan9", "--band", "6")


class Time(Ctl):
    def now(self):
        return self.world.ctl_json("world")["time_ns"]

    def test_stands_still_and_goes_on(self):
        self.assertEqual(self.world.ctl("pause").code, 0)
        stopped = self.now()
        time.sleep(0.05)
        self.assertEqual(self.now(), stopped)
        self.assertTrue(self.world.ctl("world").out.splitlines()[0].endswith("s, paused"))
        self.assertEqual(self.world.ctl("resume").code, 0)
        time.sleep(0.05)
        self.assertGreater(self.now(), stopped)

    def test_goes_exactly_as_far_as_it_is_told(self):
        self.world.ctl("pause")
        target = self.now() + 250_000_000
        self.assertEqual(self.world.ctl("run-to", f"{target} ns".replace(" ", "")).code, 0)
        self.assertEqual(self.now(), target)
        self.world.ctl("run-to", "+150ms")
        self.assertEqual(self.now(), target + 150_000_000)

    def test_goes_event_by_event(self):
        self.fails(1, "not paused", "step")
        self.world.ctl("pause")
        self.world.run("iw", "dev", "wlan0", "scan", "trigger", "freq", "2412")
        before = self.world.ctl_json("world")["events_fired"]
        outcome = self.world.ctl("step", 2)
        self.assertRegex(outcome.out, r"\A2 events fired, now \d+\.\d{9} s\n\Z")
        self.assertEqual(self.world.ctl_json("world")["events_fired"], before + 2)

    def test_does_not_go_back(self):
        self.world.ctl("pause")
        self.fails(1, "has passed", "run-to", "1ns")


class Events(Ctl):
    def heard(self, *options):
        """What `events` prints while an interface comes and goes, until it has heard enough."""
        listener = subprocess.Popen([programs.mlosimctl(), "--socket", str(self.world.socket), *options],
                                    stdout=subprocess.PIPE, text=True)
        self.addCleanup(listener.stdout.close)
        deadline = time.monotonic() + 20
        while listener.poll() is None and time.monotonic() < deadline:
            self.world.run("iw", "phy", "phy2", "interface", "add", "mon0", "type", "monitor")
            self.world.run("iw", "dev", "mon0", "del")
        out = listener.communicate(timeout=20)[0]
        self.assertEqual(listener.returncode, 0)
        return out

    def test_are_told_to_people_as_they_happen(self):
        self.assertRegex(self.heard("events", "-n", "1"), r"\A\d+\.\d{9}  (new|del) wdev  .*ifname=mon0")

    def test_are_told_to_scripts_one_object_a_line(self):
        event = json.loads(self.heard("--json", "events", "-n", "1"))
        self.assertIn(event["event"], ("new wdev", "del wdev"))
        self.assertEqual(event["ifname"], "mon0")


class Mistakes(Ctl):
    def test_on_the_command_line_are_exit_code_2_and_one_line(self):
        self.fails(2, "'bogus'", "bogus")
        self.fails(2, "subcommand")
        self.fails(2, "no time", "run-to", "soon")
        self.fails(2, "no band", "link", "add", "wlan1", "--band", "7")
        self.fails(2, "no wdev", "link", "del", "first")
        self.fails(2, "0 not in range", "step", "0")
        self.fails(2, "exec needs a program", "exec")

    def test_no_daemon_is_exit_code_3(self):
        outcome = run([programs.mlosimctl(), "--socket", "/nonexistent/socket", "world"])
        self.assertEqual((outcome.code, outcome.out), (3, ""))
        self.assertRegex(outcome.err, r"\Amlosimctl: no mlosimd answers at /nonexistent/socket \(.*\)\n\Z")

    def test_help_and_version_are_no_mistakes(self):
        self.assertEqual(self.world.ctl("--help").code, 0)
        self.assertRegex(self.world.ctl("--version").out, r"\Amlosimctl \d+\.\d+\.\d+\n\Z")


class Exec(Ctl):
    def test_has_the_programs_exit_code(self):
        self.assertEqual(self.world.run("sh", "-c", "exit 42").code, 42)
        self.assertEqual(self.world.run("no-such-program").code, 127)
        self.assertEqual(self.world.run("/etc/passwd").code, 126)

    def test_needs_no_dashes_and_leaves_the_programs_options_alone(self):
        env = self.world.environment()
        with_dashes = run([programs.mlosimctl(), "exec", "--", "iw", "--version"], env)
        self.assertEqual(run([programs.mlosimctl(), "exec", "iw", "--version"], env).out, with_dashes.out)
        self.assertIn("iw version", with_dashes.out)

    def test_reaches_the_programs_children(self):
        self.assertEqual(self.world.run("sh", "-c", "iw dev | grep -c Interface").out, "3\n")
        self.assertIn("wlan1", self.world.run(sys.executable, "-c", "import socket; print(socket.if_nameindex())").out)


tap.main()
