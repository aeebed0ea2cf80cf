#!/usr/bin/env python3
"""Package mlosim (python/mlosim): worlds that a script steers, programs in them, the pytest plugin and the examples."""
import hashlib
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest

from harness import programs, tap

sys.path.insert(0, str(programs.SOURCE / "python"))

import mlosim  # noqa: E402
from mlosim import find, hostap  # noqa: E402

AP_MLD = {
    "regulatory": {"country": "DE", "database": "embedded"},
    "radios": [{"name": "router", "channels": 2, "interfaces": [{"name": "ap0", "type": "ap"}]},
               {"name": "phone", "channels": 2, "interfaces": [{"name": "sta0"}]}],
    "networks": [{"name": "home", "radio": "router", "ssid": "home", "links": [{"band": "2.4 GHz", "channel": 6}, {"band": "5 GHz", "channel": 36}]}],
    "stations": [{"name": "visitor", "radio": "phone", "ssid": "home"}],
}


class Worlds(unittest.TestCase):
    """Of built-in stations and access points."""

    def connected(self, world):
        world.wait_for(lambda: world.station("visitor").connected, timeout=30)

    def test_time_stands_still_until_it_is_run(self):
        with mlosim.World(AP_MLD) as world:
            self.assertEqual((world.now, world.paused, world.clock), (0.0, True, "virtual"))
            world.run_for(1.5)
            world.run_until(2)
            self.assertEqual(world.now, 2.0)
            fired = world.facts.events_fired
            self.assertEqual(world.step(10), 10)
            self.assertEqual(world.facts.events_fired, fired + 10)
            self.assertEqual(world.run_until(world.now), None)
            with self.assertRaises(ValueError):
                world.run_until(1)

    def test_lists_what_there_is(self):
        with mlosim.World(AP_MLD) as world:
            self.connected(world)
            self.assertEqual([one.name for one in world.radios()], ["router", "phone"])
            self.assertEqual({one.name for one in world.interfaces()}, {"ap0", "sta0"})
            self.assertEqual([(one.link_id, one.use) for one in world.links("sta0") if one.link_id is not None],
                             [(0, mlosim.LinkUse.ACTIVE), (1, mlosim.LinkUse.ACTIVE)])
            self.assertEqual(world.interface("phone").name, "sta0")
            self.assertEqual(world.wdev_of("visitor"), world.interface("sta0").wdev)
            self.assertEqual(world.interface("sta0").valid_links, (0, 1))
            for which in (world.radio, world.interface, world.station):
                with self.assertRaises(mlosim.NotFound):
                    which("nobody")

    def test_the_same_seed_is_the_same_run(self):
        def run(seed):
            with mlosim.World("roam-6g.json", settings={"/expect": []}, seed=seed) as world:
                return [(one.time_ns, one.kind, one.subject) for one in world.events(12)]
        first = run(3)
        self.assertGreater(len(first), 200)
        self.assertEqual(first, run(3))
        self.assertNotEqual(first, run(4))

    def test_built_in_access_points_take_orders(self):
        with mlosim.World(AP_MLD) as world:
            self.connected(world)
            world.forget_events()
            world.send_away("ap0", reason=5)
            world.wait_for(lambda: world.station("visitor").counters["disconnections"] == 1, timeout=5)
            self.connected(world)
            world.remove_ap_link("ap0", link_id=1)
            world.wait_for(lambda: world.interface("sta0").valid_links == (0,), timeout=5)
            world.switch_channel("ap0", 2462, link_id=0)
            world.wait_for(lambda: world.link("sta0", 0).channel.frequency_mhz == 2462, timeout=5)
            with self.assertRaises(mlosim.NetlinkError) as refused:
                world.remove_ap_link("ap0", link_id=7)
            self.assertEqual(refused.exception.name, "ENOENT")

    def test_a_chip_shows_its_tables_records_and_faults(self):
        with mlosim.World("roam-6g.json", settings={"/expect": []}) as world:
            world.run_for(8)
            rows = world.chip_table("sta", "wcid")
            self.assertTrue(rows and "address" in rows[0])
            entries = world.chip_record("sta", "mcu")
            self.assertEqual([one.number for one in entries], list(range(entries[0].number, entries[0].number + len(entries))))
            self.assertIsInstance(json.loads(next(one.json for one in entries if one.json)), dict)
            self.assertEqual(len(world.chip_record("sta", "mcu", since=entries[5].number)), len(entries) - 5)
            fault = world.inject_fault("drop_ack cid=BSS_INFO times=1", "sta")
            self.assertEqual([one.number for one in world.faults("sta")], [fault.number])
            world.clear_faults(fault=fault)
            self.assertEqual(world.faults("sta"), [])

    def test_faults_of_the_air_act(self):
        with mlosim.World(AP_MLD) as world:
            world.inject_fault("drop_frame frame=auth")
            world.run_for(20)
            self.assertFalse(world.station("visitor").connected)
            self.assertGreater(world.faults()[0].acted, 0)
            world.clear_faults()
            self.connected(world)
            with self.assertRaises(mlosim.NetlinkError):
                world.inject_fault("drop_frame frame=nonsense")

    def test_waiting_ends_with_the_worlds_time(self):
        with mlosim.World(AP_MLD) as world:
            with self.assertRaises(mlosim.Timeout) as refused:
                world.wait_for(lambda: False, timeout=3, what="the impossible")
            self.assertIn("the impossible", str(refused.exception))
            self.assertEqual(world.now, 3.0)
            with self.assertRaises(mlosim.Timeout):
                world.wait_for_event("new_radio", timeout=1)

    def test_events_are_waited_for_by_what_they_tell(self):
        with mlosim.World(AP_MLD) as world:
            event = world.wait_for_event("set_link", timeout=30, interface="sta0", link_id=1)
            self.assertEqual(event.subject.link_id, 1)
            self.assertLessEqual(event.time, world.now)

    def test_the_world_writes_its_files(self):
        with tempfile.TemporaryDirectory() as place:
            with mlosim.World(AP_MLD, directory=place, trace=True, pcap=True, nlpcap=True) as world:
                world.run_for(1)
                self.assertEqual(set(world.files), {"trace", "pcap", "nlpcap"})
            self.assertTrue(all(file.stat().st_size for file in world.files.values()))
            self.assertIn("programs come in", (pathlib.Path(place) / "mlosimd.log").read_text())

    # ---- what goes wrong ----

    def test_a_mistake_in_the_scenario_is_told_with_its_place(self):
        with self.assertRaises(mlosim.BadScenario) as refused:
            mlosim.World({"radios": [{"name": "sta", "profil": "ax"}]}).open()
        self.assertIn("/radios/0/profil", str(refused.exception))

    def test_a_world_that_dies_is_told_with_its_log(self):
        with self.assertRaises(mlosim.WorldDied) as died:
            with mlosim.World(AP_MLD) as world:
                world._daemon.process.send_signal(signal.SIGKILL)
                world.run_for(1)
        self.assertIn("SIGKILL", str(died.exception))
        with self.assertRaises(mlosim.WorldDied):  # also when nobody looked
            with mlosim.World(AP_MLD) as world:
                world._daemon.process.send_signal(signal.SIGABRT)

    def test_a_failed_expectation_is_an_exception(self):
        scenario = {**AP_MLD, "expect": [{"at": "1 s", "station": {"name": "visitor", "state": "roaming"}}]}
        with self.assertRaises(mlosim.ExpectationFailed) as failed:
            with mlosim.World(scenario) as world:
                world.run_to_end()
        self.assertIn("/expect/0", str(failed.exception))
        with mlosim.World(scenario, check=False) as world:
            self.assertEqual(world.run_to_end(), 1)

    def test_a_scenario_that_ends_is_no_crash(self):
        with mlosim.World({**AP_MLD, "duration": "2 s"}) as world:
            with self.assertRaises(mlosim.WorldEnded):
                world.run_for(10)
        with mlosim.World({**AP_MLD, "duration": "2 s"}) as world:
            self.assertEqual(world.run_to_end(), 0)

    def test_a_daemon_that_is_not_there_is_told(self):
        before = dict(os.environ)
        try:
            os.environ["MLOSIMD"] = "/nowhere/mlosimd"
            with self.assertRaises(mlosim.NotFound):
                find.mlosimd()
        finally:
            os.environ.clear()
            os.environ.update(before)


class Programs:
    """Real ones, in either clock."""
    clock = ""

    def world(self, **more):
        return self.enterContext(mlosim.World(**{"radios": 2, "clock": self.clock, **more}))

    def test_a_program_runs_to_its_end(self):
        world = self.world()
        code, output = world.run("iw", "dev", "wlan0", "info")
        self.assertEqual((code, "Interface wlan0" in output), (0, True), output)
        self.assertNotEqual(world.run("iw", "dev", "nonsense", "info")[0], 0)

    def test_output_is_waited_for(self):
        world = self.world()
        with world.start("sh", "-c", "echo first; cat file; sleep 0.2; echo later; exit 7", files={"file": "given\n"}) as program:
            program.wait_output("given")
            begun = world.now
            later = program.wait_output("^later$")
            self.assertGreaterEqual(later.time, begun)
            self.assertEqual(program.wait(), 7)
            self.assertEqual([line.text for line in program.lines], ["first", "given", "later"])
            with self.assertRaises(mlosim.ProgramFailed) as failed:
                program.wait_output("never")
            self.assertIn("later", str(failed.exception))

    def test_what_hangs_is_a_timeout_with_its_output(self):
        world = self.world()
        with world.start("sh", "-c", "echo here I am; sleep 100") as program:
            with self.assertRaises(mlosim.Timeout) as late:
                program.wait_output("never", timeout=0.3)
            self.assertIn("here I am", str(late.exception))
            with self.assertRaises(mlosim.Timeout):
                program.wait(0.2)

    def test_stock_programs_connect(self):
        world = self.world()
        with hostap.AccessPoint(world, "wlan0", ssid="home", **hostap.wpa2("secret phrase")) as ap, hostap.Station(world, "wlan1") as sta:
            sta.connect("home", scan_freq=2437, **hostap.wpa2_network("secret phrase"))
            ap.wait_station(sta.address)
            self.assertEqual(sta.status()["bssid"], ap.bssid)
            self.assertEqual(list(ap.stations()), [sta.address])
            sta.request("DISCONNECT")
            sta.wait_disconnected()
            ap.wait_event(f"AP-STA-DISCONNECTED {sta.address}")

    def test_a_second_network_of_one_hostapd_has_its_own_control_socket(self):
        world = self.world()
        guest = "bss=wlan0-1\nctrl_interface=control\nssid=guest\n"
        with hostap.AccessPoint(world, "wlan0", ssid="home", more=guest, **hostap.wpa2("secret phrase")) as ap, hostap.Station(world, "wlan1") as sta:
            control = ap.attach("wlan0-1")
            sta.connect("guest", key_mgmt="NONE", scan_freq=2437)
            control.wait_event(f"AP-STA-CONNECTED {sta.address}")
            self.assertEqual(ap.stations(), {})
            self.assertEqual({one["ssid"] for one in sta.scan((2437,))}, {"home", "guest"})
            with self.assertRaises(mlosim.ProgramFailed):
                ap.attach("nonsense", timeout=1)

    def test_an_event_that_does_not_come_is_told_with_what_came(self):
        world = self.world()
        with hostap.Station(world, "wlan1") as sta:
            network = sta.add_network(ssid="nowhere", key_mgmt="NONE", scan_freq=2437)
            sta.select(network)
            with self.assertRaises(mlosim.Timeout) as late:
                sta.wait_event("CTRL-EVENT-CONNECTED", timeout=0.5)
            self.assertIn("CTRL-EVENT-SCAN-STARTED", str(late.exception))
            with self.assertRaises(mlosim.ProgramFailed):
                sta.command("SET_NETWORK 0 nonsense 1")

    def test_a_configuration_that_hostapd_refuses_is_told(self):
        world = self.world()
        with self.assertRaises(mlosim.ProgramFailed) as failed:
            hostap.AccessPoint(world, "wlan0", ssid="home", nonsense=1)
        self.assertIn("unknown configuration item 'nonsense'", str(failed.exception))


class InRealTime(Programs, unittest.TestCase):
    clock = "real"


class InVirtualTime(Programs, unittest.TestCase):
    clock = "virtual"

    def test_waits_take_no_time(self):
        world = self.world()
        begun = time.monotonic()
        with world.start("sh", "-c", "sleep 3000; echo awake") as program:
            self.assertAlmostEqual(program.wait_output("awake", timeout=3600).time, 3000, places=2)
        world.run("sleep", "1000", timeout=2000)
        self.assertAlmostEqual(world.now, 4000, places=2)
        self.assertLess(time.monotonic() - begun, 30)

    def test_nothing_moves_between_the_scripts_calls(self):
        world = self.world()
        with hostap.Station(world, "wlan1") as sta:
            begun = world.now
            time.sleep(0.3)
            for _ in range(20):
                sta.status()
            self.assertEqual(world.now, begun)

    def test_a_wrong_password_and_the_right_one_are_the_same_run_each_time(self):
        def run(seed):
            with tempfile.TemporaryDirectory() as place:
                with mlosim.World(radios=2, seed=seed, directory=place, trace=True, pcap=True, nlpcap=True) as world:
                    with hostap.AccessPoint(world, "wlan0", ssid="home", **hostap.wpa3("the right one")) as ap, \
                            hostap.Station(world, "wlan1") as sta:
                        network = sta.connect("home", wait=False, scan_freq=2437, **hostap.wpa3_network("a wrong one"))
                        sta.wait_event("CTRL-EVENT-SSID-TEMP-DISABLED", timeout=30)
                        sta.set_network(network, sae_password="the right one")
                        sta.select(network)
                        ap.wait_station(sta.address, timeout=30)
                        heard = [(str(event), event.time) for control in (ap.control, sta.control) for event in control.history]
                        world.run_for(5)
                files = {name: hashlib.sha256(file.read_bytes()).hexdigest() for name, file in world.files.items()}
                # But for where they lie, and how much of what wpa_supplicant sent was not fetched yet.
                said = {program.name: [(line.time, re.sub(r"outq=\d+", "", line.text.replace(place, ""))) for line in program.lines]
                        for program in (ap.program, sta.program)}
                return {"events": heard, **said, **files}
        first = run(1)
        self.assertGreater(len(first["hostapd-wlan0"]), 100)
        for _ in range(4):
            again = run(1)
            self.assertEqual([name for name in first if first[name] != again[name]], [])
        self.assertNotEqual(run(2)["pcap"], first["pcap"])

    def test_a_program_that_never_waits_is_given_up(self):
        with self.assertRaises(mlosim.NoAnswer) as given_up:
            with mlosim.World(radios=1, patience=2) as world:
                world.start("sh", "-c", "while :; do :; done")
        self.assertIn("never waits for anything", str(given_up.exception))

    def test_a_program_without_the_library_is_told_of(self):
        world = self.world()
        with self.assertRaises(mlosim.ProgramFailed) as failed:
            world.start("env", "-u", "LD_PRELOAD", "sleep", "100")
        self.assertIn("does not take part", str(failed.exception))
        with world.start("env", "-u", "LD_PRELOAD", "sleep", "100", outside=True) as program:
            world.run_for(10)
            self.assertTrue(program.running)


class Manual(unittest.TestCase):
    def test_its_first_example_runs(self):
        example = re.search(r"```python\n(.*?)```", (programs.SOURCE / "docs/python.md").read_text(), re.S).group(1)
        exec(compile(example, "docs/python.md", "exec"), {})

    def test_names_what_there_is(self):
        """Each public function of a world, a program, both ends and the package's errors."""
        text = (programs.SOURCE / "docs/python.md").read_text()
        public = {name for kind in (mlosim.World, mlosim.Program, hostap.AccessPoint, hostap.Station) for name in vars(kind) if not name.startswith("_")}
        public |= {name for name in mlosim.__all__ if isinstance(getattr(mlosim, name), type) and issubclass(getattr(mlosim, name), Exception)}
        inner = {"on_settled", "forget", "step_on", "collect", "write", "check", "kill", "alive", "log", "command", "socket", "preload", "now_ns", "seed", "clock",
                 "has_taps", "programs", "stuck"}
        self.assertEqual(sorted(name for name in public - inner if not re.search(rf"\b{name}\b", text)), [])


class Plugin(unittest.TestCase):
    """The pytest plugin, and the examples."""

    @classmethod
    def setUpClass(cls):
        cls.python = next((one for one in (sys.executable, "/usr/bin/python3")
                           if subprocess.run([one, "-c", "import pytest"], capture_output=True).returncode == 0), None)
        if cls.python is None:
            raise programs.Missing("no pytest: run scripts/setup")

    def pytest(self, *arguments, cwd, code=0):
        environment = dict(os.environ, PYTHONPATH=str(programs.SOURCE / "python"), PYTHONDONTWRITEBYTECODE="1",
                           MLOSIM_BUILD=str(programs.BUILD.resolve()))
        done = subprocess.run([self.python, "-m", "pytest", "-p", "no:cacheprovider", *arguments], cwd=cwd, env=environment, timeout=200,
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, code, done.stdout[-6000:] + done.stderr[-2000:])
        return done.stdout

    def test_the_examples_pass(self):
        environment = "MLOSIM_WPA_SUPPLICANT"
        before = os.environ.get(environment)
        os.environ[environment] = programs.sid("wpa_supplicant")
        try:
            with tempfile.TemporaryDirectory() as place:
                out = self.pytest("python/examples", "--mlosim-results", place, "-q", cwd=programs.SOURCE)
        finally:
            os.environ.pop(environment)
            if before is not None:
                os.environ[environment] = before
        self.assertIn("10 passed", out)

    def place(self, text):
        place = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        (place / "test_it.py").write_text("import pytest\n" + text)
        return place

    def test_a_test_gets_the_world_of_its_marker(self):
        place = self.place("""
@pytest.mark.world(radios=3, seed=9)
def test_three(world):
    assert (len(world.radios()), world.seed, world.clock) == (3, 9, "virtual")

@pytest.mark.world({"radios": [{"name": "alone"}]}, clock="real")
class TestClass:
    def test_named(self, world):
        assert [one.name for one in world.radios()] == ["alone"] and world.clock == "real"

    @pytest.mark.world(radios=1)
    def test_overridden(self, world):
        assert [one.name for one in world.radios()] == ["r0"]

def test_without(world):
    assert len(world.radios()) == 2 and world.seed == 1
""")
        self.assertIn("4 passed", self.pytest("-p", "mlosim.pytest_plugin", cwd=place))
        self.assertEqual([one.name for one in place.iterdir() if one.name.startswith("mlosim")], [])

    def test_a_failure_keeps_what_was_written_and_says_how_to_repeat_it(self):
        place = self.place("""
def test_fails(world):
    world.run("sh", "-c", "echo I was here")
    world.run_for(2)
    assert False
""")
        out = self.pytest("-p", "mlosim.pytest_plugin", "--mlosim-seed", "77", "--mlosim-clock", "real", cwd=place, code=1)
        self.assertIn("mlosim: seed 77", out)
        self.assertIn("seed 77, at 2.", out)
        self.assertRegex(out, r"again: .* test_it.py::test_fails --mlosim-seed 77")
        kept = place / "mlosim-results" / "test_it.py-test_fails-77"
        self.assertIn("I was here", (kept / "sh" / "output").read_text())
        for name in ("trace.jsonl", "air.pcapng", "netlink.pcapng", "scenario.json", "mlosimd.log"):
            self.assertTrue((kept / name).exists(), name)

    def test_each_test_runs_with_each_seed(self):
        place = self.place("""
def test_seed(world, mlosim_seed):
    assert world.seed == mlosim_seed and mlosim_seed != 12

def test_without_a_world():
    pass
""")
        out = self.pytest("-p", "mlosim.pytest_plugin", "--mlosim-seed", "11-13", cwd=place, code=1)
        self.assertIn("1 failed, 3 passed", out)
        self.assertIn("test_it.py::test_seed --mlosim-seed 12", out)
        self.assertEqual([one.name for one in (place / "mlosim-results").iterdir()], ["test_it.py-test_seed-12"])
        self.assertIn("1 passed", self.pytest("-p", "mlosim.pytest_plugin", "-k", "without", "--mlosim-seed", "random", cwd=place))
        self.pytest("-p", "mlosim.pytest_plugin", "--mlosim-seed", "13-11", cwd=place, code=4)

    def test_a_world_that_dies_fails_its_test(self):
        place = self.place("""
def test_dies(world):
    world._daemon.process.kill()
""")
        out = self.pytest("-p", "mlosim.pytest_plugin", cwd=place, code=1)
        self.assertIn("WorldDied", out)
        self.assertTrue((place / "mlosim-results" / "test_it.py-test_dies-1" / "mlosimd.log").exists())


tap.main()
