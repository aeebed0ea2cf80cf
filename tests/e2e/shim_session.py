"""An administrator's session in virtual time: a shell script that runs stock hostapd, wpa_supplicant and iw as daemons and tools."""
import pathlib
import re
import signal
import sys
import tempfile
import time
import unittest

from harness import hostap, programs, tap
from harness.world import World

ACCESS_POINT = """interface=wlan0
driver=nl80211
ctrl_interface=@PLACE@/ap
ssid=session
hw_mode=g
channel=1
ieee80211w=2
wpa=2
wpa_key_mgmt=SAE
rsn_pairwise=CCMP
sae_password=a session's password
"""
STATION = """ctrl_interface=@PLACE@/sta
network={
    ssid="session"
    key_mgmt=SAE
    sae_password="a session's password"
    ieee80211w=2
    scan_freq=2412
}
"""
SESSION = """
cd @PLACE@
date +%s.%N
@HOSTAPD@ -B -dd -t -P ap.pid -f ap.log ap.conf || exit 1
@WPA_SUPPLICANT@ -B -dd -t -P sta.pid -f sta.log -i wlan1 -c sta.conf || exit 1
cli() { wpa_cli -p @PLACE@/sta -i wlan1 "$@"; }
until cli status | grep -q wpa_state=COMPLETED; do sleep 0.1; done
cli status | grep -E "^(wpa_state|key_mgmt|bssid)="
hostapd_cli -p @PLACE@/ap all_sta | grep ^02
(sleep 1800; cli disconnect) &
timeout 3600 iw event -t | sed "s/^[0-9.]*: //"
wait
date +%s.%N
kill $(cat ap.pid) $(cat sta.pid)
while [ -e ap.pid ] || [ -e sta.pid ]; do sleep 0.1; done
grep -c . ap.log sta.log
# wpa_cli's process number is in its socket's name.
for log in ap sta; do sed 's/wpa_ctrl_[0-9]*//' $log.log | md5sum; done
"""


def world_of(place):
    scenario = {"clock": "virtual", "deterministic_entropy": True, "seed": 3,
                "radios": [{"name": name, "profile": "generic-be"} for name in ("ap", "sta")]}
    return World(scenario, "--pcap", place / "air.pcapng", "--nlpcap", place / "netlink.pcapng")


class Session(unittest.TestCase):
    def session(self, place, release):
        """What the script printed (with what the programs logged, as a sum), what went over the air, what the programs were told."""
        for name, text in (("ap.conf", ACCESS_POINT), ("sta.conf", STATION)):
            (place / name).write_text(text.replace("@PLACE@", str(place)))
        script = SESSION.replace("@PLACE@", str(place)).replace("@HOSTAPD@", release.hostapd).replace("@WPA_SUPPLICANT@", release.wpa_supplicant)
        with world_of(place) as world:
            begin = time.monotonic()
            got = world.run("bash", "-c", script)
            wall = time.monotonic() - begin
        self.assertEqual(got.code, 0, got)
        for name in ("ap.log", "sta.log"):
            (place / name).unlink()
        return got.text, (place / "air.pcapng").read_bytes(), (place / "netlink.pcapng").read_bytes(), wall

    def check(self, release):
        with tempfile.TemporaryDirectory(prefix="mlosim-") as directory:
            place = pathlib.Path(directory)
            text, air, netlink, wall = self.session(place, release)
            tap.say(f"# an hour in {wall:.2f} s\n")
            self.assertIn("wpa_state=COMPLETED\n", text)
            self.assertIn("key_mgmt=SAE\n", text)
            self.assertRegex(text, "wlan1.*disconnected")
            first, last = (float(stamp) for stamp in re.findall(r"^\d{5,}\.\d{9}$", text, re.M))
            self.assertGreaterEqual(last - first, 3600)
            self.assertLess(last - first, 3610)
            self.assertLess(wall, 60)
            again = self.session(place, release)
        self.assertEqual(text, again[0])
        self.assertTrue(air == again[1], "other frames on the air")
        self.assertTrue(netlink == again[2], "other netlink messages")

    def test_with_hostap_2_10_is_the_same_again(self):
        self.check(hostap.debian_12())

    def test_with_hostap_2_11_is_the_same_again(self):
        self.check(hostap.debian_sid())


class Control(unittest.TestCase):
    def test_works_from_a_shell_in_the_world_too(self):
        for clock in ("real", "virtual"):
            with World({"clock": clock, "radios": [{"name": "r", "profile": "generic-be"}]}) as world:
                # A sanitizer's library wants to be the first, which the preload library is.
                got = world.run("bash", "-c", "export ASAN_OPTIONS=$ASAN_OPTIONS:verify_asan_link_order=0; "
                                f"{programs.mlosimctl()} radios && sleep 0.01 && {programs.mlosimctl()} time")
                self.assertEqual(got.code, 0, got)
                self.assertIn("hwsim0", got.out)


class WhileAnotherHasTheTurn(unittest.TestCase):
    def test_a_signal_comes_through_in_the_end(self):
        """A program stands still in the middle of its turn, as in a debugger; another one is told to end."""
        with World({"clock": "virtual", "radios": [{"name": "r", "profile": "generic-be"}]}) as world:
            waits = world.start(sys.executable, "-uc", "import signal; print(1); signal.pause()")
            self.assertEqual(waits.stdout.readline(), b"1\n")
            stands = world.start(sys.executable, "-uc", "import os, signal; print(2); os.kill(os.getpid(), signal.SIGSTOP)")
            self.assertEqual(stands.stdout.readline(), b"2\n")
            waits.terminate()
            self.assertEqual(waits.wait(20), -signal.SIGTERM)
            stands.kill()
            stands.wait()
            for program in (waits, stands):
                program.stdout.close()


if __name__ == "__main__":
    tap.main()
