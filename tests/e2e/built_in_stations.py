#!/usr/bin/env python3
"""Built-in stations on stock hostapd: many of them, what keeps them connected, and what a wrong password does.

By hand, for more: MLOSIM_STATIONS=100 MLOSIM_BUILD=build python3 tests/e2e/built_in_stations.py Crowd"""
import json
import os
import pathlib
import tempfile
import time
import unittest

from harness import hostap, tap
from harness.hostap import AccessPoint
from harness.world import World, mlosimd

COUNT = int(os.environ.get("MLOSIM_STATIONS", "20"))
OPEN = {"ssid": "home", "hw_mode": "g", "channel": 6, "ieee80211n": 1, "wmm_enabled": 1, "max_num_sta": 2007}
WPA2 = {**OPEN, "wpa": 2, "rsn_pairwise": "CCMP", "wpa_key_mgmt": "WPA-PSK", "wpa_passphrase": "12345678"}
WPA3 = {**OPEN, "wpa": 2, "rsn_pairwise": "CCMP", "wpa_key_mgmt": "SAE", "sae_password": "12345678", "ieee80211w": 2, "sae_pwe": 2}
CHANNEL = {"band": "2.4 GHz", "channel": 6}


def world(count, **station):
    """An access point's radio for hostapd, and stations that begin after two seconds."""
    radios = [{"name": "ap"}, {"name": "crowd", "count": count}]
    if not station:
        return World({"clock": "real", "radios": radios})
    return World({"clock": "real", "radios": radios,
                  "stations": [{"name": "client", "radio": "crowd", "ssid": "home", "channels": [CHANNEL], "start": "2 s",
                                "stagger": "20 ms", **station}]})


def connected(ap, count, timeout=60):
    """The addresses of that many stations, as they came."""
    deadline = time.monotonic() + timeout
    return [ap.control.wait("AP-STA-CONNECTED", timeout=deadline - time.monotonic()).split()[1] for _ in range(count)]


class Releases:
    def access_point(self, world_, **settings):
        return AccessPoint(world_, self.release(), "wlan0", settings)

    def check(self, settings, **station):
        with world(2, **station) as w, self.access_point(w, **settings) as ap:
            self.assertEqual(len(set(connected(ap, 2))), 2)

    def test_open(self):
        self.check(OPEN, security="open")

    def test_wpa2(self):
        self.check(WPA2, security="wpa2", password="12345678")

    def test_wpa2_with_protected_management_frames(self):
        self.check({**WPA2, "wpa_key_mgmt": "WPA-PSK-SHA256", "ieee80211w": 2}, security="wpa2", password="12345678")

    def test_wpa2_with_gcmp_256(self):
        self.check({**WPA2, "rsn_pairwise": "GCMP-256"}, security="wpa2", password="12345678")

    def test_owe(self):
        self.check({**WPA2, "wpa_key_mgmt": "OWE", "ieee80211w": 2}, security="owe")

    def test_roam_at_the_access_points_request_and_come_back_by_what_they_kept(self):
        """Two WPA3 access points of one network; each sends the station to the other with a BSS transition management request."""
        settings = {**WPA3, "sae_pwe": 1, "bss_transition": 1}
        channels = [{"band": "2.4 GHz", "channel": 6}, {"band": "2.4 GHz", "channel": 11}]
        scenario = {"clock": "real", "radios": [{"name": "ap"}, {"name": "other-ap"}, {"name": "sta"}],
                    "stations": [{"name": "client", "radio": "sta", "ssid": "home", "security": "wpa3", "password": "12345678",
                                  "channels": channels, "start": "1 s", "roaming": {"gap": "20 ms"}}]}
        with World(scenario) as w, AccessPoint(w, self.release(), "wlan0", settings) as one:
            address, = connected(one, 1)
            with AccessPoint(w, self.release(), "wlan1", {**settings, "channel": 11}) as two:
                for ap, to, channel in ((one, two, 11), (two, one, 6)):
                    self.assertEqual(ap.control.request(f"BSS_TM_REQ {address} pref=1 neighbor={to.bssid},0,81,{channel},7,0301ff"), "OK")
                    self.assertIn("status_code=0", ap.control.wait("BSS-TM-RESP " + address))
                    station = self.connected_to(w, to.bssid)
                self.assertEqual((station["counters"]["roams"], station["counters"]["failures"]), (2, 0))
                self.assertIn("PMKID found from PMKSA cache", one.output())

    def connected_to(self, world_, bssid):
        """hostapd says AP-STA-CONNECTED once of a station that left without a word and came back."""
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            station, = world_.ctl_json("stations")
            if (station["station_state"], station.get("access_point")) == ("connected", bssid):
                return station
            time.sleep(0.05)
        self.fail(f"not at {bssid}: {station}")

    def sae(self, pwe, station=None, **settings):
        self.check({**WPA3, "sae_pwe": pwe, **settings}, security="wpa3", password="12345678", **(station or {}))

    def test_wpa3_by_hash_to_element(self):
        self.sae(1)

    def test_wpa3_by_hunting_and_pecking(self):
        self.sae(0)

    def test_wpa3_in_6_ghz(self):
        six = {"hw_mode": "a", "channel": 5, "op_class": 131, "country_code": "DE", "ieee80211ax": 1}
        self.sae(1, **six, station={"channels": [{"band": "6 GHz", "channel": 5}]})

    def test_wpa3_with_tokens(self):
        self.sae(1, anti_clogging_threshold=0)
        self.sae(0, anti_clogging_threshold=0)

    def test_wpa2_and_wpa3_at_one_access_point(self):
        both = {**WPA2, "wpa_key_mgmt": "WPA-PSK SAE", "ieee80211w": 1}
        self.check(both, security="wpa2", password="12345678")
        self.check(both, security="wpa2-wpa3", password="12345678")

    def test_a_wrong_password_is_found_out_by_sae(self):
        with world(1, security="wpa3", password="123456789") as w, self.access_point(w, **WPA3) as ap:
            self.assertRaises(TimeoutError, ap.control.wait, "AP-STA-CONNECTED", timeout=5)
            self.assertIn("SAE: Confirm mismatch", ap.output())

    def test_a_wrong_password_lets_nobody_in(self):
        with world(1, security="wpa2", password="123456789") as w, self.access_point(w, **WPA2) as ap:
            ap.control.wait("AP-STA-POSSIBLE-PSK-MISMATCH")
            self.assertRaises(TimeoutError, ap.control.wait, "AP-STA-CONNECTED", timeout=5)

    def test_stay_connected_through_a_group_rekey(self):
        """hostapd sends a station away that does not answer, within four seconds."""
        with world(2, security="wpa2", password="12345678") as w, self.access_point(w, **WPA2) as ap:
            connected(ap, 2)
            self.assertEqual(ap.control.request("REKEY_GTK"), "OK")
            deadline = time.monotonic() + 10
            while ap.output().count("received EAPOL-Key frame (2/2 Group)") < 2:
                self.assertLess(time.monotonic(), deadline, "no answer to the new group key")
                time.sleep(0.05)
            self.assertEqual(ap.control.facts("STATUS")["num_sta[0]"], "2")

    def test_come_back_after_they_were_sent_away(self):
        with world(1, security="wpa2", password="12345678") as w, self.access_point(w, **WPA2) as ap:
            address, = connected(ap, 1)
            self.assertEqual(ap.control.request("DEAUTHENTICATE " + address), "OK")
            ap.control.wait("AP-STA-DISCONNECTED " + address)
            self.assertEqual(connected(ap, 1), [address])


class Debian12(Releases, unittest.TestCase):
    release = staticmethod(hostap.debian_12)


class DebianSid(Releases, unittest.TestCase):
    release = staticmethod(hostap.debian_sid)


class Crowd(unittest.TestCase):
    def test_connects_to_wpa2(self):
        self.check(WPA2, "wpa2")

    def test_connects_to_wpa3(self):
        self.check(WPA3, "wpa3")

    def check(self, settings, security):
        with world(COUNT) as w, AccessPoint(w, hostap.debian_12(), "wlan0", settings):
            time.sleep(3)
            alone = w.memory_kb()
        with world(COUNT, security=security, password="12345678") as w, AccessPoint(w, hostap.debian_12(), "wlan0", settings) as ap:
            begun = time.monotonic()
            self.assertEqual(len(set(connected(ap, COUNT))), COUNT)
            took = time.monotonic() - begun
            self.assertEqual(ap.control.facts("STATUS")["num_sta[0]"], str(COUNT))
            memory = (w.memory_kb() - alone) / COUNT
            tap.say(f"{security}: {COUNT} stations connected {took:.1f} s after the access point was up; {memory:.0f} kB for each")
            # A sanitizer keeps what was given back for a while.
            self.assertLess(memory, 20000 if os.environ.get("MLOSIM_SANITIZED") == "1" else 1000)


class BuiltInOnly(unittest.TestCase):
    def test_the_same_seed_gives_the_same_history(self):
        """Stations and access point, all built in, in virtual time."""
        scenario = {"clock": "virtual", "duration": "20 s", "seed": 7,
                    "radios": [{"name": "router"}, {"name": "crowd", "count": 20}],
                    "networks": [{"name": "home", "radio": "router", "ssid": "home", "links": [CHANNEL]}],
                    "stations": [{"name": "client", "radio": "crowd", "ssid": "home", "channels": [CHANNEL]}],
                    "expect": [{"within": "15 s", "station": {"name": "client", "network": "home"}}]}
        with tempfile.TemporaryDirectory() as directory:
            place = pathlib.Path(directory)
            (place / "world.json").write_text(json.dumps(scenario))
            for number in "12":
                outcome = mlosimd("--scenario", place / "world.json", "--no-socket", "--trace", place / number)
                self.assertEqual((outcome.code, outcome.err), (0, ""))
            history = (place / "1").read_text()
            self.assertEqual(history, (place / "2").read_text())
            self.assertEqual(history.count('"detail":"connected"'), 20)


tap.main()
