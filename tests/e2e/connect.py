#!/usr/bin/env python3
"""Debian 12's hostapd and wpa_supplicant meet over the simulated air: connections with data both ways, and what is refused."""
import pathlib
import subprocess
import sys
import unittest

from harness import certificates, hostap, tap
from harness.hostap import AccessPoint, Station
from harness.world import PATIENCE, World

HERE = pathlib.Path(__file__).resolve().parent
WORLD = {"clock": "real",
         "radios": [{"name": name, "channels": 1, "multi_link": False} for name in ("ap", "station", "other-ap", "other-station")]}

WPA2 = {"wpa": 2, "rsn_pairwise": "CCMP"}
GHZ_2_4 = {"hw_mode": "g", "channel": 6, "country_code": "US"}
GHZ_5 = {"hw_mode": "a", "channel": 36, "country_code": "US"}
HT = {"ieee80211n": 1, "wmm_enabled": 1}
VHT = {**HT, "ieee80211ac": 1, "ht_capab": "[HT40+]", "vht_oper_chwidth": 1, "vht_oper_centr_freq_seg0_idx": 42}


def frequency(channel):
    if "op_class" in channel:
        return 5950 + 5 * channel["channel"]
    return (2407 if channel["hw_mode"] == "g" else 5000) + 5 * channel["channel"]


class Connections:
    """What one release does. One world for all: each test has the radios for itself, one after the other."""

    @classmethod
    def setUpClass(cls):
        cls.release = cls.find_release()
        cls.world = World(WORLD)
        cls.world.__enter__()

    @classmethod
    def tearDownClass(cls):
        cls.world.__exit__(None, None, None)

    def access_point(self, settings, interface="wlan0", more="", channel=None):
        channel = channel or GHZ_2_4
        return AccessPoint(self.world, self.release, interface, {"ssid": "home", **channel, **settings}, more)

    def station(self, interface="wlan1", **settings):
        return Station(self.world, self.release, interface, {"country": "US", **settings})

    def passes_data(self, one="wlan0", other="wlan1"):
        outcome = subprocess.run(self.world.command(sys.executable, "-m", "harness.frames", one, other, "1"), cwd=HERE,
                                 env=self.world.environment(), capture_output=True, text=True, timeout=PATIENCE)
        self.assertEqual((outcome.returncode, outcome.stdout, outcome.stderr), (0, "through\n", ""))

    def check(self, settings, network, expected=None, channel=None, station=None, more=""):
        """An access point, a station that connects to it, data both ways. Gives wpa_supplicant's status."""
        channel = channel or GHZ_2_4
        with self.access_point(settings, channel=channel, more=more) as ap, self.station(**(station or {})) as sta:
            sta.connect(**{"ssid": '"home"', "scan_freq": frequency(channel), **network})
            sta.wait_connected()
            status = sta.status()
            self.assertEqual((status["wpa_state"], status["bssid"]), ("COMPLETED", ap.bssid))
            for name, value in (expected or {}).items():
                self.assertEqual(status.get(name), value, name)
            ap.control.wait("AP-STA-CONNECTED " + sta.address)
            self.passes_data()
            return status

    # ---- enterprise ----

    def enterprise(self, network, **more):
        secrets = certificates.made()
        settings = {**WPA2, "ieee8021x": 1, "eap_server": 1, "eap_user_file": secrets / "users", "ca_cert": secrets / "ca.pem",
                    "server_cert": secrets / "server.pem", "private_key": secrets / "server.key"}
        return settings | more, {"ca_cert": f'"{secrets}/ca.pem"', **network}

    # ---- generations and bands ----

    def test_802_11n_at_40_mhz(self):
        self.check({**HT, "ht_capab": "[HT40+]"}, {"key_mgmt": "NONE"}, {"wifi_generation": "4"}, channel=GHZ_5)

    def test_802_11ac_at_80_mhz(self):
        self.check(VHT, {"key_mgmt": "NONE"}, {"wifi_generation": "5"}, channel=GHZ_5)

    # ---- refusals ----

    def test_a_wrong_passphrase_fails_in_the_4_way_handshake(self):
        with self.access_point({**WPA2, "wpa_key_mgmt": "WPA-PSK", "wpa_passphrase": "12345678"}), self.station() as sta:
            sta.connect(ssid='"home"', scan_freq=2437, psk='"87654321"', key_mgmt="WPA-PSK")
            event = sta.control.wait("CTRL-EVENT-SSID-TEMP-DISABLED", "CTRL-EVENT-CONNECTED")
            self.assertIn("reason=WRONG_KEY", event)

    def test_a_wrong_sae_password_fails_in_the_commit(self):
        with self.access_point({**WPA2, "wpa_key_mgmt": "SAE", "sae_password": "12345678", "ieee80211w": 2}), self.station() as sta:
            sta.connect(ssid='"home"', scan_freq=2437, sae_password='"87654321"', key_mgmt="SAE", ieee80211w=2)
            event = sta.control.wait("CTRL-EVENT-SSID-TEMP-DISABLED", "CTRL-EVENT-CONNECTED")
            self.assertIn("reason=CONN_FAILED", event)

    def test_a_wrong_password_fails_in_peap(self):
        settings, network = self.enterprise({"key_mgmt": "WPA-EAP", "eap": "PEAP", "identity": '"someone"', "password": '"wrong"',
                                             "phase2": '"auth=MSCHAPV2"'}, wpa_key_mgmt="WPA-EAP")
        with self.access_point(settings), self.station() as sta:
            sta.connect(ssid='"home"', scan_freq=2437, **network)
            sta.control.wait("CTRL-EVENT-EAP-FAILURE")

    def test_an_unknown_certificate_authority_is_refused(self):
        secrets = certificates.made()
        settings, network = self.enterprise({"key_mgmt": "WPA-EAP", "eap": "PEAP", "identity": '"someone"', "password": '"secret"',
                                             "phase2": '"auth=MSCHAPV2"', "ca_cert": f'"{secrets}/other-ca.pem"'}, wpa_key_mgmt="WPA-EAP")
        with self.access_point(settings), self.station() as sta:
            sta.connect(ssid='"home"', scan_freq=2437, **network)
            self.assertIn("reason=1 ", sta.control.wait("CTRL-EVENT-EAP-TLS-CERT-ERROR"))

    def test_a_station_without_pmf_is_refused_where_it_is_required(self):
        with self.access_point({**WPA2, "wpa_key_mgmt": "WPA-PSK", "wpa_passphrase": "12345678", "ieee80211w": 2}), self.station() as sta:
            sta.connect(ssid='"home"', scan_freq=2437, psk='"12345678"', key_mgmt="WPA-PSK", ieee80211w=0)
            sta.control.wait("CTRL-EVENT-NETWORK-NOT-FOUND")

    # ---- the end of a connection ----

    def test_an_access_point_that_goes_says_so(self):
        with self.station() as sta:
            with self.access_point(HT):
                sta.connect(ssid='"home"', scan_freq=2437, key_mgmt="NONE")
                sta.wait_connected()
            self.assertIn("reason=3", sta.control.wait("CTRL-EVENT-DISCONNECTED"))

    def test_a_station_that_leaves_is_gone(self):
        with self.access_point(HT) as ap, self.station() as sta:
            sta.connect(ssid='"home"', scan_freq=2437, key_mgmt="NONE")
            sta.wait_connected()
            sta.control.request("DISCONNECT")
            self.assertIn("reason=3 locally_generated=1", sta.control.wait("CTRL-EVENT-DISCONNECTED"))
            ap.control.wait("AP-STA-DISCONNECTED " + sta.address)


class Debian12(Connections, unittest.TestCase):
    find_release = staticmethod(hostap.debian_12)


tap.main()
