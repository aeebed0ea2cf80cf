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
            lines = {"interface": interface, "ctrl_interface": f"{place}/control{number}", **COMMON, **settings, **link}
            (place / str(number)).write_text("".join(f"{name}={value}\n" for name, value in lines.items()))
        self.log = place / "log"
        with open(self.log, "w", encoding="utf-8") as log:
            self.process = subprocess.Popen(world.command(release.hostapd, "-dd", *[str(place / str(n)) for n in range(len(links))]),
                                            env=world.environment(), stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)
        self.controls = []
        try:
            self.controls = [Control(self._socket(place / f"control{n}", n), lambda: self.process.poll() is None)
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

    def _socket(self, directory, link):
        """A link's control socket; release 2.11 knows links by their directories alone."""
        names = [f"{self.interface}_link{link}", self.interface]
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and self.process.poll() is None:
            for name in names:
                if (directory / name).exists():
                    return directory / name
            time.sleep(0.01)
        return directory / names[0]

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


class Stations(AtHostapd):
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
        # Which link's control socket hears AP-STA-DISCONNECTED is hostapd's affair.
        deadline = time.monotonic() + PATIENCE
        while self.world.run(programs.sid("iw"), "dev", "ap0", "station", "dump").out != "":
            self.assertLess(time.monotonic(), deadline, "the access point does not forget it")
            time.sleep(0.05)

    def test_roams_there_and_back(self):
        first, second = self.access_point(2, SAE), self.access_point(2, SAE, "ap1")
        station = self.station()
        self.connect(station, WITH_SAE, 2)
        here = {ap.address: ap for ap in (first, second)}[station.status()["ap_mld_addr"]]
        for arguments in (("link", "add", "town", "up", "type", "bridge"), ("link", "set", "ap0", "master", "town"),
                          ("link", "set", "ap1", "master", "town")):
            self.assertEqual(self.world.run(programs.system("ip"), *arguments).code, 0)
        flow = subprocess.Popen(self.world.command(sys.executable, "-m", "harness.flow", "town", "sta0", "8"), cwd=HERE,
                                env=self.world.environment(), stdout=subprocess.PIPE, text=True)
        self.assertEqual(flow.stdout.readline(), "flowing\n")
        for _ in range(2):
            there = second if here is first else first
            self.sees_every_link(station, 2)
            target = there.controls[0].facts("STATUS")["bssid[0]"]
            self.assertEqual(station.control.request("ROAM " + target), "OK")
            station.wait_connected(3 * PATIENCE)
            self.has_links(station, 2)
            # As the distribution system would: who keeps an association with protected management frames answers the same MLD
            # by the link addresses of then.
            self.assertEqual(here.controls[0].request(f"DEAUTHENTICATE {station.address} tx=0"), "OK")
            here = there
        for line in flow.communicate(timeout=PATIENCE)[0].splitlines():
            sent, came, silence = map(int, line.split())
            print(f"# of {sent} frames {came} came, the longest silence was {silence} ms")
            self.assertGreater(came, 0.5 * sent, "most came")


class Links(AtHostapd):
    """What becomes of the links of hostapd's AP MLD and of the station's; it stays connected throughout."""

    def links(self, interface="sta0"):
        return {l["link_id"]: l for l in self.world.ctl_json("links") if l["ifname"] == interface and "link_id" in l}

    def wait_for(self, what, condition):
        deadline = time.monotonic() + 3 * PATIENCE
        while not condition():
            self.assertLess(time.monotonic(), deadline, what)
            time.sleep(0.05)

    def wait_for_links(self, expected):
        self.wait_for(f"the links are not {expected}", lambda: sorted(self.links()) == expected)

    def connected(self, count=3):
        ap = self.access_point(count, SAE)
        station = self.station()
        self.connect(station, WITH_SAE, count)
        self.wait_for_links(list(range(count)))
        self.passes_data()
        return ap, station

    def test_a_link_goes_after_a_countdown(self):
        ap, station = self.connected()
        answer = ap.controls[1].request("LINK_REMOVE 10")
        if answer == "UNKNOWN COMMAND":
            self.skipTest("hostapd was built without CONFIG_TESTING_OPTIONS")
        self.assertEqual(answer, "OK")
        self.wait_for_links([0, 2])
        self.passes_data()
        self.assertNotIn("CTRL-EVENT-DISCONNECTED", station.output())

    def test_one_link_is_disabled_and_enabled(self):
        """The kernel of the access point forgets the stations of such a link, hostapd on its other links does not; and what it says
        of it is a broadcast, which a kernel's station MLD passes over. So both are told."""
        ap, station = self.connected(2)
        for command, links in (("DISABLE", [0]), ("ENABLE", [0, 1])):
            self.assertEqual(ap.controls[1].request(command), "OK")
            self.wait_for(f"not {links}", lambda: sorted(self.links("ap0")) == links)
        self.wait_for("it keeps the station", lambda: self.world.run(programs.sid("iw"), "dev", "ap0", "station", "dump").out == "")
        self.assertEqual(ap.controls[0].request(f"DEAUTHENTICATE {station.address} tx=0"), "OK")
        self.assertEqual(station.control.request("DISCONNECT"), "OK")
        self.sees_every_link(station, 2)
        self.assertEqual(station.control.request("RECONNECT"), "OK")
        station.control.wait("CTRL-EVENT-CONNECTED", timeout=3 * PATIENCE)
        self.has_links(station, 2)
        self.passes_data()

    def test_regulation_closes_the_band_of_a_link(self):
        """The kernel waits a minute before it takes the link from both."""
        ap, station = self.connected()
        self.assertEqual(self.world.run(programs.sid("iw"), "reg", "set", "00").code, 0)
        self.wait_for_links([0, 1])
        self.passes_data()
        self.assertNotIn("CTRL-EVENT-DISCONNECTED", station.output())


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

    def wait_for_any(self, world, access_points):
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            station, = world.ctl_json("stations")
            for ap in access_points:
                if (station["station_state"], station.get("access_point")) == ("connected", ap.address):
                    return ap
            time.sleep(0.05)
        self.fail(f"nowhere: {station}")

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

    def test_ask_for_the_links_that_they_have_not_heard(self):
        world = self.world(security="wpa3", password=PASSWORD, channels=self.CHANNELS[:1], multi_link_probe=True)
        ap = self.access_point(world, "ap0", LINKS, SAE)
        self.assertEqual([link["link_id"] for link in self.wait_for(world, ap)["station_links"]], [0, 1, 2])

    def check_roams(self, access_point, **station):
        """Sent from one AP MLD to the other and back, each time with a BSS transition management request."""
        world = self.world(**station, roaming={"deauthenticate": True, "gap": "20 ms"})
        settings = {**access_point, "bss_transition": 1}
        one, two = (self.access_point(world, name, LINKS[:2], settings) for name in ("ap0", "other0"))
        here = self.wait_for_any(world, (one, two))
        for roams in range(1, 5):
            there = two if here is one else one
            station, = world.ctl_json("stations")
            target = there.controls[0].facts("STATUS")["bssid[0]"]
            asked = here.controls[0].request(f"BSS_TM_REQ {station['address']} pref=1 neighbor={target},0,81,6,14,0301ff")
            self.assertEqual(asked, "OK")
            station = self.wait_for(world, there)
            self.assertEqual((station["counters"]["roams"], station["counters"]["failures"]), (roams, 0))
            here = there

    def test_roam_with_sae(self):
        self.check_roams(SAE, security="wpa3", password=PASSWORD, pmksa_caching=False)

    def test_roam_with_a_pmksa_that_they_kept(self):
        self.check_roams(SAE, security="wpa3", password=PASSWORD)

    def test_roam_with_owe(self):
        self.check_roams(OWE, security="owe")

    def test_a_silent_departure_is_one_that_hostapd_does_not_know_of(self):
        """It answers the MLD by the link addresses of then, until it is told that the station has gone: so does a kernel's."""
        world = self.world(security="wpa3", password=PASSWORD, roaming={"gap": "20 ms"})
        one, two = (self.access_point(world, name, LINKS[:2], {**SAE, "bss_transition": 1}) for name in ("ap0", "other0"))
        here = self.wait_for_any(world, (one, two))
        for _ in range(2):
            there = two if here is one else one
            station, = world.ctl_json("stations")
            target = there.controls[0].facts("STATUS")["bssid[0]"]
            here.controls[0].request(f"BSS_TM_REQ {station['address']} pref=1 neighbor={target},0,81,6,14,0301ff")
            self.wait_for(world, there)
            self.assertEqual(here.controls[0].request(f"DEAUTHENTICATE {station['address']} tx=0"), "OK")
            here = there


if __name__ == "__main__":
    tap.main()
