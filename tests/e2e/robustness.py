#!/usr/bin/env python3
"""What goes wrong in a connection's life: hostapd or wpa_supplicant is killed at any moment, broken frames are on the air, a
program asks without end. Nobody else may suffer, and nothing may be left behind.

    MLOSIM_BUILD=build python3 tests/e2e/robustness.py [CASE]

MLOSIM_ROUNDS is how many programs are killed (6), MLOSIM_SEED what chance begins with (1), MLOSIM_BROKEN_FRAMES how many
broken frames are sent (2000), MLOSIM_REQUESTS how many requests the flood has (200000)."""
import os
import pathlib
import random
import re
import signal
import subprocess
import sys
import time
import unittest

from harness import hostap, tap
from harness.hostap import AccessPoint, Station
from harness.world import PATIENCE, World

HERE = pathlib.Path(__file__).resolve().parent
SANITIZED = os.environ.get("MLOSIM_SANITIZED") == "1"
ROUNDS = int(os.environ.get("MLOSIM_ROUNDS", "6"))
SEED = int(os.environ.get("MLOSIM_SEED", "1"))
BROKEN_FRAMES = int(os.environ.get("MLOSIM_BROKEN_FRAMES", "2000"))
REQUESTS = int(os.environ.get("MLOSIM_REQUESTS", "20000" if SANITIZED else "200000"))

# What the daemon may have more of after all rounds than after the first three, which an allocator keeps for itself.
TOLERATED_KB = 400_000 if SANITIZED else 1024  # a sanitizer keeps what was given back for a while
# A connection takes a little less than this: the kill falls into it, or shortly after.
CONNECTION_S = 0.5
CHANNEL = {"hw_mode": "g", "channel": 6, "country_code": "US", "ssid": "home", "ieee80211n": 1, "wmm_enabled": 1}
WPA2 = {**CHANNEL, "wpa": 2, "rsn_pairwise": "CCMP", "wpa_key_mgmt": "WPA-PSK", "wpa_passphrase": "12345678"}
SAE = {**CHANNEL, "wpa": 2, "rsn_pairwise": "CCMP", "wpa_key_mgmt": "SAE", "sae_password": "12345678", "ieee80211w": 2}
NETWORKS = {
    "WPA2": (WPA2, {"key_mgmt": "WPA-PSK", "psk": '"12345678"'}),
    "SAE": (SAE, {"key_mgmt": "SAE", "sae_password": '"12345678"', "ieee80211w": 2}),
}


def world():
    return World({"clock": "real", "radios": [{"name": name, "channels": 1, "multi_link": False}
                                              for name in ("ap", "station", "other")]})


class Robust(unittest.TestCase):
    def until(self, what, condition, timeout=PATIENCE):
        deadline = time.monotonic() + timeout
        while not condition():
            if time.monotonic() > deadline:
                self.fail(what)
            time.sleep(0.02)

    def connect(self, sta, network):
        sta.control.request("SCAN_INTERVAL 1")
        sta.connect(ssid='"home"', scan_freq=2437, **network)

    def connected(self, sta):
        return sta.status().get("wpa_state") == "COMPLETED"

    def data(self, w):
        outcome = subprocess.run(w.command(sys.executable, "-m", "harness.frames", "wlan0", "wlan1", "1"), cwd=HERE,
                                 env=w.environment(), capture_output=True, text=True, timeout=PATIENCE)
        return outcome.returncode, outcome.stdout, outcome.stderr

    def passes_data(self, w):
        self.assertEqual(self.data(w), (0, "through\n", ""))


class Killed(Robust):
    """kill -9 of one of the two programs at a random moment of a connection, again and again."""

    def test_is_cleaned_up_noticed_and_begun_anew(self):
        release = hostap.debian_12()
        dice = random.Random(SEED)
        with world() as w:
            interfaces = self.interfaces(w)
            descriptors = w.descriptors()
            memory = None
            seen = {}
            for number in range(ROUNDS):
                victim = dice.choice(("hostapd", "wpa_supplicant"))
                suite = dice.choice(tuple(NETWORKS))
                moment = dice.uniform(0, CONNECTION_S)
                state = self.round(w, release, suite, victim, moment, interfaces)
                seen[(victim, state)] = seen.get((victim, state), 0) + 1
                self.until(f"round {number}: {w.descriptors()} descriptors, {descriptors} before", lambda: w.descriptors() == descriptors)
                if number == 2:
                    memory = w.memory_kb()
            for (victim, state), count in sorted(seen.items()):
                tap.say(f"{victim} killed while the station was {state}: {count}")
            now = w.memory_kb()
            tap.say(f"{ROUNDS} programs killed: {descriptors} descriptors before and after; "
                    f"{memory} kB after three rounds, {now} kB after all")
            if memory is not None:
                self.assertLess(now - memory, TOLERATED_KB)

    def interfaces(self, w):
        outcome = w.run("iw", "dev")
        self.assertEqual(outcome.code, 0, outcome)
        return re.findall(r"^\t(Interface \S+|Unnamed/non-netdev interface)$", outcome.out, re.M)

    def networks(self, w):
        return re.findall(r"^\t\tssid .*$", w.run("iw", "dev").out, re.M)

    def round(self, w, release, suite, victim, moment, interfaces):
        settings, network = NETWORKS[suite]
        ap = AccessPoint(w, release, "wlan0", settings)
        sta = Station(w, release, "wlan1", {"country": "US"})
        try:
            self.connect(sta, network)
            time.sleep(moment)
            state = sta.status().get("wpa_state")
            dead = ap if victim == "hostapd" else sta
            os.kill(self.program_of(dead), signal.SIGKILL)
            dead.process.wait()
            if victim == "hostapd":
                ap = self.access_point_dies(w, release, settings, ap, sta, state)
            else:
                sta = self.station_dies(w, release, network, ap, sta, state)
            self.until(f"connects no more: {suite}, {victim} killed after {moment:.3f} s ({state}): {sta.status()}",
                       lambda: self.connected(sta), PATIENCE * 2)
            self.passes_data(w)
        except BaseException:
            tap.say(f"{suite}, {victim} killed after {moment:.3f} s")
            for program in (ap, sta):
                tap.say(program.output()[-8000:])
            raise
        finally:
            ap.stop()
            sta.stop()
        self.assertEqual((self.interfaces(w), self.networks(w)), (interfaces, []))
        return state

    def program_of(self, dead):
        """mlosimctl exec becomes the program: one process."""
        return dead.process.pid

    # cf. cfg80211_autodisconnect_wk(): the access point stops, and says nothing
    def access_point_dies(self, w, release, settings, ap, sta, state):
        self.until("the access point goes on without hostapd", lambda: "ssid" not in w.run("iw", "dev", "wlan0", "info").out)
        self.assertEqual(w.run("iw", "dev", "wlan0", "station", "dump").out, "")
        if state == "COMPLETED":
            event = sta.control.wait("CTRL-EVENT-DISCONNECTED")
            self.assertIn("reason=4 locally_generated=1", event, "by beacon loss")
        self.until("the station believes to be connected", lambda: not self.connected(sta))
        ap.stop()
        ap = AccessPoint(w, release, "wlan0", settings)
        sta.control.request("SELECT_NETWORK 0")  # whatever it holds against the network after this
        return ap

    # A connection with an owner ends with a deauthentication.
    def station_dies(self, w, release, network, ap, sta, state):
        self.until("the connection goes on without wpa_supplicant", lambda: "Not connected" in w.run("iw", "dev", "wlan1", "link").out)
        if state == "COMPLETED":
            ap.control.wait("AP-STA-DISCONNECTED " + sta.address)
        sta.stop()
        sta = Station(w, release, "wlan1", {"country": "US"})
        self.connect(sta, network)
        return sta


class BrokenFrames(Robust):
    """Management frames with every kind of wrong length, at an access point and at a station that are connected."""

    def counters(self, w):
        return {radio["wiphy_name"]: radio["counters"] for radio in w.ctl_json("radios")}

    def monitor(self, w):
        for command in (("iw", "dev", "wlan2", "set", "type", "monitor"), ("ip", "link", "set", "wlan2", "up"),
                        ("iw", "dev", "wlan2", "set", "freq", "2437")):
            outcome = w.run(*command)
            self.assertEqual(outcome.code, 0, outcome)

    def send(self, w, ap, sta):
        """The frames, and what each radio counted of them."""
        self.monitor(w)
        before = self.counters(w)
        outcome = subprocess.run(w.command(sys.executable, "-m", "harness.broken_frames", "wlan2", str(BROKEN_FRAMES), str(SEED),
                                           ap.bssid, sta.address), cwd=HERE, env=w.environment(), capture_output=True, text=True,
                                 timeout=PATIENCE + BROKEN_FRAMES / 50)
        self.assertEqual((outcome.returncode, outcome.stdout, outcome.stderr), (0, f"sent {BROKEN_FRAMES}\n", ""))
        time.sleep(0.5)
        after = self.counters(w)
        return {radio: {name: after[radio][name] - before[radio][name] for name in ("rx_dropped", "rx_malformed")}
                for radio in ("phy0", "phy1")}

    def everybody_lives(self, ap, sta):
        for program in (ap, sta):
            self.assertEqual(program.control.request("PING"), "PONG")
        self.assertEqual(ap.control.facts("STATUS")["state"], "ENABLED")

    def test_are_counted_and_do_not_end_a_protected_connection(self):
        """Management frames and beacons are protected: nothing of what a stranger sends counts."""
        settings, network = NETWORKS["SAE"]
        release = hostap.debian_12()
        with world() as w, AccessPoint(w, release, "wlan0", {**settings, "beacon_prot": 1}) as ap, \
                Station(w, release, "wlan1", {"country": "US"}) as sta:
            self.connect(sta, {**network, "beacon_prot": 1})
            sta.wait_connected()
            for radio, counted in self.send(w, ap, sta).items():
                tap.say(f"{radio}, of {BROKEN_FRAMES} broken frames: {counted}")
                self.assertGreater(counted["rx_malformed"], BROKEN_FRAMES / 10, radio)
                self.assertGreater(counted["rx_dropped"], BROKEN_FRAMES / 10, radio)
            self.everybody_lives(ap, sta)
            self.assertTrue(self.connected(sta), sta.status())
            self.assertEqual([e for e in sta.control.events if e.startswith("CTRL-EVENT-DISCONNECTED")], [])
            self.passes_data(w)

    def test_leave_an_unprotected_network_alive(self):
        """Whoever believes everything is disconnected by a forged deauthentication, or by a beacon that tells of another
        network, as on a kernel; and connects again."""
        settings, network = NETWORKS["WPA2"]
        release = hostap.debian_12()
        with world() as w, AccessPoint(w, release, "wlan0", settings) as ap, Station(w, release, "wlan1", {"country": "US"}) as sta:
            self.connect(sta, network)
            sta.wait_connected()
            for radio, counted in self.send(w, ap, sta).items():
                tap.say(f"{radio}, of {BROKEN_FRAMES} broken frames: {counted}")
            self.everybody_lives(ap, sta)
            tap.say(f"disconnected {sum(e.startswith('CTRL-EVENT-DISCONNECTED') for e in sta.control.events)} time(s)")
            # Only one of the two may believe that they are connected.
            sta.control.request("DISCONNECT")
            self.until("disconnects no more", lambda: not self.connected(sta))
            sta.control.request("SELECT_NETWORK 0")
            # What the strangers' last frames set off may end the first attempt.
            self.until(f"connects no more: {sta.status()}",
                       lambda: self.connected(sta) and self.data(w) == (0, "through\n", ""), PATIENCE * 2)


class Flood(Robust):
    """One program asks without waiting; a connection and another program's requests go on."""

    def test_starves_no_connection(self):
        release = hostap.debian_12()
        settings, network = NETWORKS["WPA2"]
        bench = pathlib.Path(os.environ["MLOSIM_BUILD"]) / "tests" / "bench" / "shim_get_interface"
        with world() as w, AccessPoint(w, release, "wlan0", settings), Station(w, release, "wlan1", {"country": "US"}) as sta:
            self.connect(sta, network)
            sta.wait_connected()
            quiet = self.latencies(w)
            flood = subprocess.Popen(w.command(bench, "flood", REQUESTS), env=w.environment(), stdout=subprocess.PIPE, encoding="utf-8")
            asked, echoed = [], []
            while flood.poll() is None:
                ask, echo = self.latencies(w)
                asked.append(ask)
                echoed.append(echo)
            self.assertEqual(flood.returncode, 0)
            tap.say(f"{REQUESTS} requests: {flood.stdout.read().strip()}")
            tap.say(f"before: a round trip at most {quiet[0]:.1f} ms, a frame there and back at most {quiet[1]:.1f} ms")
            tap.say(f"meanwhile: a round trip at most {max(asked):.1f} ms, a frame there and back at most {max(echoed):.1f} ms, "
                    f"in {len(asked)} samples")
            self.assertLess(max(asked), PATIENCE * 1000 / 10)
            self.assertLess(max(echoed), PATIENCE * 1000 / 10)
            self.assertTrue(self.connected(sta))
            self.assertEqual([e for e in sta.control.events if e.startswith("CTRL-EVENT-DISCONNECTED")], [])
            self.passes_data(w)

    def latencies(self, w):
        """The longest of a hundred requests, and of fifty frames that go there and back, in ms."""
        bench = pathlib.Path(os.environ["MLOSIM_BUILD"]) / "tests" / "bench" / "shim_get_interface"
        outcome = w.run(bench, "100")
        self.assertEqual(outcome.code, 0, outcome)
        frames = subprocess.run(w.command(sys.executable, "-m", "harness.echo", "wlan0", "wlan1", "50"), cwd=HERE, env=w.environment(),
                                capture_output=True, text=True, timeout=PATIENCE)
        self.assertEqual(frames.returncode, 0, frames.stderr)
        return float(re.search(r"longest ([0-9.]+) ms", outcome.out).group(1)), float(re.search(r"longest ([0-9.]+) ms", frames.stdout).group(1))


tap.main()
