"""How long hostapd and wpa_supplicant take from the start of both to CTRL-EVENT-CONNECTED."""
import dataclasses
import pathlib
import re
import subprocess
import tempfile
import time

from harness.world import PATIENCE, World

ENABLED = re.compile(r"^\d+\.\d+: wlan0: AP-ENABLED", re.M)
CONNECTED = re.compile(r"^(\d+\.\d+): wlan1: CTRL-EVENT-CONNECTED", re.M)


@dataclasses.dataclass
class Network:
    ap: list  # the settings of each link
    station: dict
    networks: dict
    kernel_s: float  # Linux 7.2, mac80211_hwsim, hostap 2.11
    needs_80211be: bool = False


MLD = {"ssid": "oracle-mlo", "country_code": "DE", "mld_ap": 1, "ieee80211n": 1, "ieee80211ax": 1, "ieee80211be": 1, "wmm_enabled": 1,
       "wpa": 2, "wpa_key_mgmt": "SAE", "rsn_pairwise": "CCMP", "group_mgmt_cipher": "AES-128-CMAC", "ieee80211w": 2, "beacon_prot": 1,
       "sae_pwe": 1, "sae_password": "12345678"}

# As the connections of tests/data/netlink/connections.txt were configured.
NETWORKS = {
    "WPA2": Network([{"ssid": "oracle-wpa2", "country_code": "US", "hw_mode": "g", "channel": 1, "ieee80211n": 1, "wmm_enabled": 1,
                     "wpa": 2, "wpa_key_mgmt": "WPA-PSK", "rsn_pairwise": "CCMP", "wpa_passphrase": "12345678"}],
                    {"country": "US"},
                    {"ssid": '"oracle-wpa2"', "psk": '"12345678"', "key_mgmt": "WPA-PSK", "scan_freq": 2412}, 0.64),
    "SAE": Network([{"ssid": "oracle-sae", "country_code": "US", "hw_mode": "a", "channel": 36, "ht_capab": "[HT40+]", "ieee80211n": 1,
                    "ieee80211ac": 1, "ieee80211ax": 1, "vht_oper_chwidth": 1, "vht_oper_centr_freq_seg0_idx": 42,
                    "he_oper_chwidth": 1, "he_oper_centr_freq_seg0_idx": 42, "wmm_enabled": 1, "wpa": 2, "wpa_key_mgmt": "SAE",
                    "rsn_pairwise": "CCMP", "ieee80211w": 2, "sae_pwe": 2, "sae_password": "12345678"}],
                   {"country": "US", "sae_pwe": 2},
                   {"ssid": '"oracle-sae"', "sae_password": '"12345678"', "key_mgmt": "SAE", "ieee80211w": 2, "scan_freq": 5180}, 0.90),
    "MLO": Network([{**MLD, "hw_mode": "g", "channel": 1}, {**MLD, "hw_mode": "a", "channel": 36, "ieee80211ac": 1}],
                   {"country": "DE", "sae_pwe": 1},
                   {"ssid": '"oracle-mlo"', "sae_password": '"12345678"', "key_mgmt": "SAE", "ieee80211w": 2, "beacon_prot": 1,
                    "scan_freq": "2412 5180"}, 1.63, needs_80211be=True),
}


def lines(settings):
    return "".join(f"{name}={value}\n" for name, value in settings.items())


def once(world, release, network, place, together):
    files = [place / f"ap{number}" for number in range(len(network.ap))]
    for file, link in zip(files, network.ap):
        file.write_text(lines({"interface": "wlan0", "driver": "nl80211", "ctrl_interface": f"{file}.control", **link}))
    (place / "station").write_text(lines(network.station) + "network={\n" + lines(network.networks) + "}\n")
    programs = []

    def start(*command, log):
        with open(log, "w", encoding="utf-8") as out:
            programs.append(subprocess.Popen(world.command(*command), env=world.environment(), stdin=subprocess.DEVNULL, stdout=out,
                                             stderr=subprocess.STDOUT))

    def wait(pattern, log, times=1):
        while time.time() < begun + PATIENCE:
            found = pattern.findall(log.read_text(errors="replace"))
            if len(found) >= times:
                return found[0]
            time.sleep(0.002)
        raise TimeoutError("in vain:\n" + log.read_text(errors="replace"))

    ap_log, station_log = place / "ap.log", place / "station.log"
    begun = time.time()
    try:
        start(release.hostapd, "-t", *files, log=ap_log)
        if not together:
            wait(ENABLED, ap_log, len(files))
        start(release.wpa_supplicant, "-t", "-Dnl80211", "-iwlan1", "-c", place / "station", log=station_log)
        return float(wait(CONNECTED, station_log)) - begun
    finally:
        for program in programs:
            program.terminate()
        for program in programs:
            program.wait(PATIENCE)


def measure(release, network, rounds, together):
    """Seconds, one figure a round; each round on radios that are new."""
    took = []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory(prefix="mlosim-") as place, \
                World({"clock": "real", "radios": [{"name": name, "channels": 3} for name in ("ap", "station")]}) as world:
            took.append(once(world, release, network, pathlib.Path(place), together))
    return took
