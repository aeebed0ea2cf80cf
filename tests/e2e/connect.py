#!/usr/bin/env python3
"""Stock hostapd and wpa_supplicant connect over the simulated air: every kind of network, data both ways, and what is
refused. The same with Debian 12's release and with sid's."""
import os
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
GHZ_6 = {"hw_mode": "a", "channel": 5, "op_class": 131, "country_code": "DE"}
HT = {"ieee80211n": 1, "wmm_enabled": 1}
VHT = {**HT, "ieee80211ac": 1, "ht_capab": "[HT40+]", "vht_oper_chwidth": 1, "vht_oper_centr_freq_seg0_idx": 42}
HE = {**VHT, "ieee80211ax": 1, "he_oper_chwidth": 1, "he_oper_centr_freq_seg0_idx": 42}


def frequency(channel):
    if "op_class" in channel:
        return 5950 + 5 * channel["channel"]
    return (2407 if channel["hw_mode"] == "g" else 5000) + 5 * channel["channel"]


def passes_data(world, one="wlan0", other="wlan1"):
    outcome = subprocess.run(world.command(sys.executable, "-m", "harness.frames", one, other, "1"), cwd=HERE,
                             env=world.environment(), capture_output=True, text=True, timeout=PATIENCE)
    if (outcome.returncode, outcome.stdout, outcome.stderr) != (0, "through\n", ""):
        raise AssertionError(outcome.stdout + outcome.stderr)


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
        passes_data(self.world, one, other)

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

    # ---- personal ----

    def test_open(self):
        self.check(HT, {"key_mgmt": "NONE"}, {"key_mgmt": "NONE"})

    def test_open_without_802_11n(self):
        self.check({}, {"key_mgmt": "NONE"})

    def test_wpa2_psk(self):
        self.check({**WPA2, **HT, "wpa_key_mgmt": "WPA-PSK", "wpa_passphrase": "12345678"}, {"psk": '"12345678"', "key_mgmt": "WPA-PSK"},
                   {"key_mgmt": "WPA2-PSK", "pairwise_cipher": "CCMP", "group_cipher": "CCMP"})

    def test_wpa2_psk_sha256(self):
        self.check({**WPA2, "wpa_key_mgmt": "WPA-PSK-SHA256", "wpa_passphrase": "12345678", "ieee80211w": 1},
                   {"psk": '"12345678"', "key_mgmt": "WPA-PSK-SHA256", "ieee80211w": 1}, {"key_mgmt": "WPA2-PSK-SHA256", "pmf": "1"})

    def test_pmf_required(self):
        self.check({**WPA2, "wpa_key_mgmt": "WPA-PSK-SHA256", "wpa_passphrase": "12345678", "ieee80211w": 2},
                   {"psk": '"12345678"', "key_mgmt": "WPA-PSK-SHA256", "ieee80211w": 2}, {"pmf": "2", "mgmt_group_cipher": "BIP"})

    def test_pmf_optional_at_both_ends(self):
        self.check({**WPA2, "wpa_key_mgmt": "WPA-PSK", "wpa_passphrase": "12345678", "ieee80211w": 1},
                   {"psk": '"12345678"', "key_mgmt": "WPA-PSK", "ieee80211w": 1}, {"pmf": "1"})

    def test_gcmp_256(self):
        self.check({**WPA2, "rsn_pairwise": "GCMP-256", "group_cipher": "GCMP-256", "wpa_key_mgmt": "WPA-PSK",
                    "wpa_passphrase": "12345678"},
                   {"psk": '"12345678"', "key_mgmt": "WPA-PSK", "pairwise": "GCMP-256", "group": "GCMP-256"},
                   {"pairwise_cipher": "GCMP-256", "group_cipher": "GCMP-256"})

    def sae(self, pwe, **more):
        return self.check({**WPA2, **HT, "wpa_key_mgmt": "SAE", "sae_password": "12345678", "ieee80211w": 2, "sae_pwe": pwe},
                          {"sae_password": '"12345678"', "key_mgmt": "SAE", "ieee80211w": 2},
                          {"key_mgmt": "SAE", "sae_group": "19", "pmf": "2", "sae_h2e": str(pwe)}, station={"sae_pwe": pwe}, **more)

    def test_sae_by_hunting_and_pecking(self):
        self.sae(0)

    def test_sae_by_hash_to_element(self):
        self.sae(1)

    def transition(self, network, key_mgmt):
        self.check({**WPA2, "wpa_key_mgmt": "WPA-PSK SAE", "wpa_passphrase": "12345678", "ieee80211w": 1},
                   {"psk": '"12345678"', **network}, {"key_mgmt": key_mgmt})

    def test_sae_transition_with_a_wpa3_station(self):
        self.transition({"key_mgmt": "SAE WPA-PSK", "ieee80211w": 1}, "SAE")

    def test_sae_transition_with_a_wpa2_station(self):
        self.transition({"key_mgmt": "WPA-PSK", "ieee80211w": 0}, "WPA2-PSK")

    def test_owe(self):
        self.check({**WPA2, "wpa_key_mgmt": "OWE", "ieee80211w": 2}, {"key_mgmt": "OWE", "ieee80211w": 2}, {"key_mgmt": "OWE"})

    def test_owe_transition(self):
        """One radio, two BSSes: an open one that everybody sees, and the one that it points to."""
        more = "".join(f"{name}={value}\n" for name, value in {
            "bss": "wlan0_1", "bssid": "02:00:00:00:00:01", "ssid": "hidden", "ignore_broadcast_ssid": 1, **WPA2, "wpa_key_mgmt": "OWE",
            "ieee80211w": 2, "owe_transition_bssid": "02:00:00:00:00:00", "owe_transition_ssid": '"home"'}.items())
        settings = {"owe_transition_bssid": "02:00:00:00:00:01", "owe_transition_ssid": '"hidden"', "bssid": "02:00:00:00:00:00"}
        with self.access_point(settings, more=more), self.station() as sta:
            sta.connect(ssid='"home"', key_mgmt="OWE", ieee80211w=2, scan_freq=2437)
            sta.wait_connected()
            status = sta.status()
            self.assertEqual((status["key_mgmt"], status["bssid"], status["ssid"]), ("OWE", "02:00:00:00:00:01", "home"))
            self.passes_data("wlan0_1")

    # ---- enterprise ----

    def enterprise(self, network, **more):
        secrets = certificates.made()
        settings = {**WPA2, "ieee8021x": 1, "eap_server": 1, "eap_user_file": secrets / "users", "ca_cert": secrets / "ca.pem",
                    "server_cert": secrets / "server.pem", "private_key": secrets / "server.key"}
        return settings | more, {"ca_cert": f'"{secrets}/ca.pem"', **network}

    def test_wpa2_enterprise_with_eap_tls(self):
        secrets = certificates.made()
        settings, network = self.enterprise({"key_mgmt": "WPA-EAP", "eap": "TLS", "identity": '"client"',
                                             "client_cert": f'"{secrets}/client.pem"', "private_key": f'"{secrets}/client.key"'},
                                            wpa_key_mgmt="WPA-EAP")
        self.check(settings, network, {"key_mgmt": "WPA2/IEEE 802.1X/EAP", "selectedMethod": "13 (EAP-TLS)"})

    def test_wpa2_enterprise_with_peap(self):
        settings, network = self.enterprise({"key_mgmt": "WPA-EAP", "eap": "PEAP", "identity": '"someone"', "password": '"secret"',
                                             "phase2": '"auth=MSCHAPV2"'}, wpa_key_mgmt="WPA-EAP")
        self.check(settings, network, {"selectedMethod": "25 (EAP-PEAP)"})

    def test_wpa3_enterprise_with_ttls(self):
        settings, network = self.enterprise({"key_mgmt": "WPA-EAP-SHA256", "eap": "TTLS", "identity": '"someone"', "password": '"secret"',
                                             "phase2": '"auth=PAP"', "ieee80211w": 2}, wpa_key_mgmt="WPA-EAP-SHA256", ieee80211w=2)
        self.check(settings, network, {"selectedMethod": "21 (EAP-TTLS)", "key_mgmt": "WPA2-EAP-SHA256", "pmf": "2"})

    def test_wpa2_enterprise_over_radius(self):
        """A second hostapd is the RADIUS server."""
        secrets = certificates.made()
        server = {"driver": "none", "radius_server_clients": secrets / "clients", "radius_server_auth_port": 18120, "ieee8021x": 1,
                  "eap_server": 1, "eap_user_file": secrets / "users", "ca_cert": secrets / "ca.pem",
                  "server_cert": secrets / "server.pem", "private_key": secrets / "server.key"}
        settings = {**WPA2, "wpa_key_mgmt": "WPA-EAP", "ieee8021x": 1, "nas_identifier": "nas", "auth_server_addr": "127.0.0.1",
                    "auth_server_port": 18120, "auth_server_shared_secret": "radius"}
        with AccessPoint(self.world, self.release, "radius", server):
            self.check(settings, {"key_mgmt": "WPA-EAP", "eap": "PEAP", "identity": '"someone"', "password": '"secret"',
                                  "phase2": '"auth=MSCHAPV2"', "ca_cert": f'"{secrets}/ca.pem"'})

    # ---- fast transition ----

    def roams(self, key_mgmt, network, ap_more=None):
        """Two access points of one mobility domain; the station goes from one to the other and back."""
        def settings(number):
            other = f"02:00:00:00:0{2 - 2 * number}:00"
            own = f"02:00:00:00:0{2 * number}:00"
            key = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
            return {**WPA2, "wpa_key_mgmt": key_mgmt, "mobility_domain": "a1b2", "nas_identifier": f"nas{number}.example",
                    "r1_key_holder": own.replace(":", ""), "ft_psk_generate_local": int("PSK" in key_mgmt),
                    "r0kh": f"{other} nas{1 - number}.example {key}", "r1kh": f"{other} {other} {key}", "pmk_r1_push": 0, **(ap_more or {})}
        with self.access_point(settings(0)) as first, self.access_point(settings(1), interface="wlan2") as second, \
                self.station() as sta:
            sta.connect(ssid='"home"', key_mgmt=key_mgmt, scan_freq=2437, bssid=first.bssid, **network)
            sta.wait_connected()
            self.passes_data("wlan0")
            sta.control.request("SET_NETWORK 0 bssid any")
            for target, interface in ((second, "wlan2"), (first, "wlan0")):
                sta.control.request("SCAN TYPE=ONLY freq=2437")
                sta.control.wait("CTRL-EVENT-SCAN-RESULTS")
                answer = sta.control.request("ROAM " + target.bssid)
                self.assertEqual(answer, "OK")
                sta.wait_connected()
                self.assertEqual(sta.status()["bssid"], target.bssid)
                self.passes_data(interface)

    def test_ft_psk_over_the_air(self):
        self.roams("FT-PSK", {"psk": '"12345678"'}, {"wpa_passphrase": "12345678"})

    # ---- generations and bands ----

    def test_802_11n_at_40_mhz(self):
        self.check({**HT, "ht_capab": "[HT40+]"}, {"key_mgmt": "NONE"}, {"wifi_generation": "4"}, channel=GHZ_5)

    def test_802_11ac_at_80_mhz(self):
        self.check(VHT, {"key_mgmt": "NONE"}, {"wifi_generation": "5"}, channel=GHZ_5)

    def test_802_11ax_at_80_mhz(self):
        self.check(HE, {"key_mgmt": "NONE"}, {"wifi_generation": "6"}, channel=GHZ_5)

    def test_802_11ax_on_6_ghz_with_sae(self):
        self.check({**WPA2, "ieee80211ax": 1, "he_oper_chwidth": 0, "wpa_key_mgmt": "SAE", "sae_password": "12345678", "sae_pwe": 1,
                    "ieee80211w": 2}, {"sae_password": '"12345678"', "key_mgmt": "SAE", "ieee80211w": 2},
                   {"key_mgmt": "SAE", "freq": "5975"}, channel=GHZ_6, station={"sae_pwe": 1, "country": "DE"})

    # ---- refusals ----

    def test_a_wrong_passphrase_fails_in_the_4_way_handshake(self):
        with self.access_point({**WPA2, "wpa_key_mgmt": "WPA-PSK", "wpa_passphrase": "12345678"}), self.station() as sta:
            sta.connect(ssid='"home"', scan_freq=2437, psk='"87654321"', key_mgmt="WPA-PSK")
            event = sta.control.wait("CTRL-EVENT-SSID-TEMP-DISABLED", "CTRL-EVENT-CONNECTED")
            self.assertIn("reason=WRONG_KEY", event)

    def test_a_wrong_sae_password_fails_in_the_commit(self):
        with self.access_point({**WPA2, "wpa_key_mgmt": "SAE", "sae_password": "12345678", "ieee80211w": 2}) as ap, self.station() as sta:
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
            ap.control.wait("AP-STA-CONNECTED " + sta.address)  # hostapd hears of it on another socket than of the end
            sta.control.request("DISCONNECT")
            self.assertIn("reason=3 locally_generated=1", sta.control.wait("CTRL-EVENT-DISCONNECTED"))
            ap.control.wait("AP-STA-DISCONNECTED " + sta.address)


class With80211be(unittest.TestCase):
    """802.11be without multi-link, at an access point of one's own making."""

    def setUp(self):
        self.release = hostap.with_80211be()
        self.world = self.enterContext(World(WORLD))

    def check(self, channel, mhz, **more):
        settings = {"ssid": "home", "wpa": 2, "rsn_pairwise": "CCMP", "wpa_key_mgmt": "SAE", "sae_password": "12345678", "sae_pwe": 1,
                    "ieee80211w": 2, "wmm_enabled": 1, "ieee80211ax": 1, "ieee80211be": 1, **channel, **more}
        with AccessPoint(self.world, self.release, "wlan0", settings), \
                Station(self.world, self.release, "wlan1", {"sae_pwe": 1, "country": channel["country_code"]}) as sta:
            sta.connect(ssid='"home"', scan_freq=frequency(channel), sae_password='"12345678"', key_mgmt="SAE", ieee80211w=2)
            sta.wait_connected()
            self.assertEqual(sta.status()["wifi_generation"], "7")
            self.assertIn(f"width: {mhz} MHz", self.world.run("iw", "dev", "wlan1", "info").text)
            passes_data(self.world)

    def test_at_80_mhz_on_5_ghz(self):
        self.check(GHZ_5, 80, ieee80211n=1, ieee80211ac=1, ht_capab="[HT40+]", vht_oper_chwidth=1, vht_oper_centr_freq_seg0_idx=42,
                   he_oper_chwidth=1, he_oper_centr_freq_seg0_idx=42, eht_oper_chwidth=1, eht_oper_centr_freq_seg0_idx=42)

    def test_at_160_mhz_on_6_ghz(self):
        self.check({**GHZ_6, "op_class": 134}, 160, he_oper_chwidth=2, he_oper_centr_freq_seg0_idx=15, eht_oper_chwidth=2, eht_oper_centr_freq_seg0_idx=15)

    def test_at_320_mhz_on_6_ghz(self):
        self.check({**GHZ_6, "op_class": 137}, 320, he_oper_chwidth=2, he_oper_centr_freq_seg0_idx=15, eht_oper_chwidth=9, eht_oper_centr_freq_seg0_idx=31)


class Debian12(Connections, unittest.TestCase):
    find_release = staticmethod(hostap.debian_12)


if os.environ.get("MLOSIM_SANITIZED") != "1":  # one release says as much of the daemon's memory as two

    class DebianSid(Connections, unittest.TestCase):
        find_release = staticmethod(hostap.debian_sid)


tap.main()
