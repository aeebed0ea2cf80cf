#!/usr/bin/env python3
"""Stock wpa_supplicant as station MLD at an AP MLD of hostapd's. Debian's hostapd has no 802.11be: MLOSIM_HOSTAPD_BE names one
that has, built with CONFIG_IEEE80211BE=y; without it every case is skipped."""
import pathlib
import subprocess
import sys
import tempfile
import time
import unittest

from harness import hostap, programs, tap
from harness.hostap import Control, Station
from harness.world import PATIENCE, World

HERE = pathlib.Path(__file__).resolve().parent
PASSWORD = "12345678"
FREQUENCIES = [2437, 5180, 6135]
LINKS = [{"hw_mode": "g", "channel": 6, "ieee80211n": 1}, {"hw_mode": "a", "channel": 36, "ieee80211n": 1, "ieee80211ac": 1},
         {"hw_mode": "a", "channel": 37, "op_class": 131}]
COMMON = {"driver": "nl80211", "ssid": "home", "country_code": "DE", "ieee80211d": 1, "wmm_enabled": 1, "ieee80211ax": 1, "ieee80211be": 1,
          "mld_ap": 1, "wpa": 2, "rsn_pairwise": "CCMP", "ieee80211w": 2, "beacon_prot": 1}
SAE = {"wpa_key_mgmt": "SAE", "sae_password": PASSWORD, "sae_pwe": 1}
OWE = {"wpa_key_mgmt": "OWE"}
WITH_SAE = {"key_mgmt": "SAE", "sae_password": f'"{PASSWORD}"', "ieee80211w": 2}
WITH_OWE = {"key_mgmt": "OWE", "ieee80211w": 2}


class ApMld:
    """One hostapd with one configuration a link."""

    def __init__(self, world, release, interface, links, settings):
        self.interface = interface
        self.directory = tempfile.TemporaryDirectory(prefix="mlosim-")
        place = pathlib.Path(self.directory.name)
        for number, link in enumerate(links):
            lines = {"interface": interface, "ctrl_interface": f"{place}/control", **COMMON, **settings, **link}
            (place / str(number)).write_text("".join(f"{name}={value}\n" for name, value in lines.items()))
        self.log = place / "log"
        with open(self.log, "w", encoding="utf-8") as log:
            self.process = subprocess.Popen(world.command(release.hostapd, "-dd", *[str(place / str(n)) for n in range(len(links))]),
                                            env=world.environment(), stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)
        self.controls = []
        try:
            self.controls = [Control(place / "control" / f"{interface}_link{n}", lambda: self.process.poll() is None)
                             for n in range(len(links))]
            deadline = time.monotonic() + PATIENCE
            while any(control.facts("STATUS").get("state") != "ENABLED" for control in self.controls):
                if time.monotonic() > deadline:
                    raise TimeoutError("not every link is enabled")
                time.sleep(0.01)
        except (OSError, TimeoutError) as error:
            text = self.log.read_text(errors="replace")
            self.stop()
            raise AssertionError(f"the AP MLD does not come up: {error}\n{text[-6000:]}") from error
        self.address = self.controls[0].facts("STATUS")["mld_addr[0]"]

    def stop(self):
        for control in self.controls:
            control.close()
        hostap.end(self.process)
        self.directory.cleanup()

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if error is not None:
            hostap.tell_last(self.interface, self.log.read_text(errors="replace"))
        self.stop()


class AtHostapd(unittest.TestCase):
    def setUp(self):
        self.release = hostap.with_80211be()
        self.world = self.enterContext(World({"clock": "real", "seed": 1, "regulatory": {"country": "DE"}, "radios": [
            {"name": name, "channels": 3, "interfaces": [{"name": name}]} for name in ("ap0", "ap1", "sta0")]}))

    def access_point(self, count, settings, interface="ap0"):
        return self.enterContext(ApMld(self.world, self.release, interface, LINKS[:count], settings))

    def station(self, release=None, **settings):
        return self.enterContext(Station(self.world, release or self.release, "sta0",
                                         {"sae_pwe": 2, "p2p_disabled": 1, "country": "DE", **settings}))

    def connect(self, station, network, count, **more):
        self.sees_every_link(station, count)
        # By the 2.4 GHz link: over the one on 5 GHz, the others' profiles inherit VHT capabilities that their beacons have not,
        # and a strict mac80211 takes that for a mistake (hostapd sends no Non-Inheritance element for them).
        allowed = " ".join(map(str, FREQUENCIES[:count]))
        station.connect(ssid='"home"', scan_freq=allowed, freq_list=FREQUENCIES[0], **network, **more)
        station.wait_connected()

    @staticmethod
    def sees_every_link(station, count):
        """On a busy machine a probe response may come too late for one scan; the links that are chosen are those that were seen."""
        for _ in range(5):
            if station.control.request("SCAN freq=" + ",".join(map(str, FREQUENCIES[:count]))) == "OK":
                station.control.wait("CTRL-EVENT-SCAN-RESULTS")
            found = station.control.request("SCAN_RESULTS")
            if all(f"\t{frequency}\t" in found for frequency in FREQUENCIES[:count]):
                return
        raise AssertionError("not every link is there:\n" + found)

    def passes_data(self, ap="ap0"):
        outcome = subprocess.run(self.world.command(sys.executable, "-m", "harness.frames", ap, "sta0", "1"), cwd=HERE,
                                 env=self.world.environment(), capture_output=True, text=True, timeout=PATIENCE)
        self.assertEqual((outcome.returncode, outcome.stdout, outcome.stderr), (0, "through\n", ""))

    def has_links(self, station, count):
        status = station.control.request("MLO_STATUS").splitlines()
        # The others were not in use yet when wpa_supplicant asked.
        shown = [int(line[len("freq="):]) for line in status if line.startswith("freq=")]
        self.assertEqual([f for f in shown if f], [f for f, s in zip(FREQUENCIES, shown) if s])
        self.assertEqual((len(shown), shown.count(0)), (count, count - 1), shown)
        info = self.world.run(programs.sid("iw"), "dev", "sta0", "info").text
        for link in range(count):
            self.assertIn(f"link ID  {link} link addr", info)

    def check(self, count, access_point, network):
        self.access_point(count, access_point)
        station = self.station()
        self.connect(station, network, count)
        status = station.status()
        self.assertEqual((status["wpa_state"], status["wifi_generation"]), ("COMPLETED", "7"))
        self.has_links(station, count)
        self.passes_data()

    def test_sae_on_one_link(self):
        self.check(1, SAE, WITH_SAE)

    def test_sae_on_two_links(self):
        self.check(2, SAE, WITH_SAE)

    def test_sae_on_three_links(self):
        self.check(3, SAE, WITH_SAE)

    def test_owe_on_three_links(self):
        self.check(3, OWE, WITH_OWE)

    def test_a_legacy_client_beside(self):
        ap = self.access_point(2, SAE)
        station = self.station(hostap.debian_12())
        self.connect(station, WITH_SAE, 2)
        self.assertIn(station.status()["freq"], map(str, FREQUENCIES[:2]))
        self.assertNotEqual(station.status()["bssid"], ap.address)
        self.passes_data()

    def test_new_keys_for_the_group_and_for_the_pair(self):
        ap = self.access_point(2, SAE)
        station = self.station()
        self.connect(station, WITH_SAE, 2)
        for control in ap.controls:
            self.assertEqual(control.request("REKEY_GTK"), "OK")
        station.control.wait("MLO RSN: Group rekeying completed")
        self.passes_data()
        self.assertEqual(ap.controls[0].request(f"REKEY_PTK {station.address}"), "OK")
        station.control.wait("MLO RSN: Key negotiation completed", "WPA: Key negotiation completed")
        self.passes_data()

    def test_goes_when_it_is_sent_away_and_comes_back(self):
        ap = self.access_point(3, SAE)
        station = self.station()
        self.connect(station, WITH_SAE, 3)
        self.passes_data()  # so the access point has its keys, too
        for command in ("DEAUTHENTICATE", "DISASSOCIATE"):
            self.assertEqual(ap.controls[0].request(f"{command} {station.address}"), "OK")
            station.control.wait("CTRL-EVENT-DISCONNECTED")
            station.control.wait("CTRL-EVENT-CONNECTED", timeout=3 * PATIENCE)
            self.passes_data()
        self.assertEqual(station.control.request("DISCONNECT"), "OK")
        ap.controls[0].wait("AP-STA-DISCONNECTED")

    def test_roams_there_and_back(self):
        first, second = self.access_point(2, SAE), self.access_point(2, SAE, "ap1")
        station = self.station()
        self.connect(station, WITH_SAE, 2)
        here = {ap.address: ap for ap in (first, second)}[station.status()["ap_mld_addr"]]
        for _ in range(2):
            there = second if here is first else first
            self.sees_every_link(station, 2)
            target = there.controls[0].facts("STATUS")["bssid[0]"]
            self.assertEqual(station.control.request("ROAM " + target), "OK")
            station.wait_connected(3 * PATIENCE)
            self.has_links(station, 2)
            self.passes_data(there.interface)
            # As the distribution system would: who keeps an association with protected management frames answers the same MLD
            # by the link addresses of then.
            self.assertEqual(here.controls[0].request(f"DEAUTHENTICATE {station.address} tx=0"), "OK")
            here = there


class BuiltInStations(unittest.TestCase):
    """Built-in station MLDs at hostapd's AP MLD, on all of its links."""
    CHANNELS = [{"band": "2.4 GHz", "channel": 6}, {"band": "5 GHz", "channel": 36}, {"band": "6 GHz", "channel": 37}]

    def setUp(self):
        self.release = hostap.with_80211be()

    def world(self, **station):
        settings = {"name": "client", "radio": "sta", "ssid": "home", "channels": self.CHANNELS, "start": "2 s", **station}
        return self.enterContext(World({"clock": "real", "seed": 1, "regulatory": {"country": "DE"}, "stations": [settings], "radios": [
            {"name": name, "channels": 3, "interfaces": [{"name": name + "0"}]} for name in ("ap", "other", "sta")]}))

    def access_point(self, world, interface, links, settings):
        return self.enterContext(ApMld(world, self.release, interface, links, settings))

    def wait_for(self, world, ap):
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            station, = world.ctl_json("stations")
            if (station["station_state"], station.get("access_point")) == ("connected", ap.address):
                return station
            time.sleep(0.05)
        self.fail(f"not at {ap.address}: {station}")

    def check(self, count, settings, **station):
        world = self.world(**station)
        ap = self.access_point(world, "ap0", LINKS[:count], settings)
        # On a busy machine a probe response may come too late for one scan: then it looks again.
        for _ in range(5):
            links = [link["link_id"] for link in self.wait_for(world, ap)["station_links"]]
            if len(links) == count:
                break
            for state in ("down", "up"):
                self.assertEqual(world.run(programs.system("ip"), "link", "set", "sta0", state).code, 0)
        self.assertEqual(links, list(range(count)))

    def test_sae_on_one_two_and_three_links(self):
        for count in (1, 2, 3):
            with self.subTest(count):
                self.check(count, SAE, security="wpa3", password=PASSWORD)

    def test_owe_on_three_links(self):
        self.check(3, OWE, security="owe")


if __name__ == "__main__":
    tap.main()
