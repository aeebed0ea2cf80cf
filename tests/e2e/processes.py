#!/usr/bin/env python3
"""Programs that a scenario starts: unmodified hostapd and wpa_supplicant, and small ones that go wrong."""
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

from harness import programs, tap
from harness.world import PATIENCE, mlosimd

SCENARIOS = programs.SOURCE / "scenarios"


class Processes(unittest.TestCase):
    CLOCK = "real"
    PRELOAD = False

    def python(self, script, **more):
        return {"argv": [sys.executable, "-c", script], "preload": self.PRELOAD, **more}

    def setUp(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="mlosim-processes-"))
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)

    def world(self, *processes, **members):
        file = self.directory / "world.json"
        file.write_text(json.dumps({"clock": self.CLOCK, "radios": [{"name": "a"}],
                                    "processes": [{"name": f"p{i}", **process} for i, process in enumerate(processes)], **members}))
        return file

    def run_world(self, *processes, options=(), **members):
        return mlosimd("--scenario", self.world(*processes, **members), "--no-socket", "--log-level", "error", *options)

    def trace(self):
        return [json.loads(line) for line in (self.directory / "trace").read_text().splitlines()]

    def held(self, outcome):
        self.assertEqual((outcome.code, outcome.err), (0, ""))

    def failed(self, outcome, pattern):
        self.assertEqual(outcome.code, 1, outcome)
        self.assertRegex(outcome.err, pattern)


class Small(Processes):
    def test_the_world_waits_for_one_that_ends_by_itself(self):
        self.held(self.run_world(self.python("import time; time.sleep(0.3)", exit=0)))
        self.failed(self.run_world(self.python("import sys; print('no such luck'); sys.exit(3)", exit=0)),
                    r"world\.json:/processes/0: failed at .*: expected p0 to end with exit code 0, seen it ended with exit code 3\n"
                    r"    p0: no such luck\n")

    def test_one_that_ends_unasked_is_a_failure(self):
        self.failed(self.run_world(self.python("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)"), duration="500 ms"),
                    r"/processes/0: failed at .*: expected p0 to run until the end, seen it ended with signal 11")

    def test_one_that_is_not_ready_in_time_is_a_failure_and_so_is_who_waits_for_it(self):
        outcome = self.run_world(self.python("import time; time.sleep(60)", ready={"output": {"contains": "never"}, "within": "100 ms"}),
                                 self.python("", start={"after": "p0"}, exit=0), duration="500 ms")
        self.failed(outcome, r"/processes/0: failed at 0\.1.*: expected p0 to be ready within 0\.1 s, seen it is not\n")
        self.assertRegex(outcome.err, r"/processes/1: failed at .*: expected p1 to start, seen what it waits for never came\n")

    def test_start_one_after_the_other(self):
        wait = "import time; time.sleep(0.2); print('here', flush=True); time.sleep(60)"
        self.held(self.run_world(self.python(wait, ready={"output": {"matches": "^h.re$"}}), self.python(wait, start={"after": "p0", "at": "50 ms"}),
                                 self.python("print('last')", start={"when": {"output": {"process": "p1", "contains": "here"}}}, exit=0),
                                 options=("--trace", self.directory / "trace")))
        events = [(record["ev"], record.get("process")) for record in self.trace() if record["ev"].startswith("process/")]
        self.assertEqual(events, [("process/start", "p0"), ("process/output", "p0"), ("process/ready", "p0"), ("process/start", "p1"),
                                  ("process/output", "p1"), ("process/start", "p2"), ("process/output", "p2"), ("process/end", "p2")])

    def test_a_program_that_is_missing_is_a_mistake_and_nothing_starts(self):
        marker = self.directory / "started"
        outcome = self.run_world(self.python(f"open({str(marker)!r}, 'w')", exit=0), {"argv": ["no-such-program", "x"]})
        self.assertEqual(outcome.code, 2)
        self.assertRegex(outcome.err, r'/processes/1/argv/0: found "no-such-program", allowed a program that is installed, or its path\n')
        self.assertFalse(marker.exists())

    def test_files_arguments_and_environment(self):
        (self.directory / "beside").write_text("from a file in ${dir}")
        script = ("import os, sys; print(open('a').read()); print(open('b/c').read(), end=''); print(open('d').read()); print(os.environ['E']);"
                  "print(sys.argv[1:]); print(os.path.samefile('.', sys.argv[1]), sys.stdin.read() == '')")
        process = self.python(script, exit=0, files={"a": "text ${interface:a}", "b/c": ["two", "lines"], "d": {"path": "beside"}},
                         env={"E": "in ${dir}"})
        process["argv"] += ["${dir}", "${interface:a}", "${scenario}", "${tool}"]
        self.held(self.run_world(process, options=("--trace", self.directory / "trace", "--program", "tool=thing")))
        lines = [record["line"] for record in self.trace() if record["ev"] == "process/output"]
        self.assertEqual(lines, ["text wlan0", "two", "lines", "from a file in ${dir}", "in ${dir}",
                                 f"['${{dir}}', 'wlan0', '{self.directory}', 'thing']", "True True"])

    def test_inherit_no_descriptors_and_no_dispositions(self):
        # Beyond 900 are the preload library's own.
        script = ("import os, signal; print(sorted(fd for fd in os.listdir('/proc/self/fd') if int(fd) < 900)); "
                  "print([s for s in open('/proc/self/status') if s.startswith(('SigIgn', 'SigBlk'))]); print(os.getpgid(0) == os.getpid())")
        self.held(self.run_world(self.python(script, exit=0), options=("--trace", self.directory / "trace")))
        descriptors, signals, leads = [record["line"] for record in self.trace() if record["ev"] == "process/output"]
        self.assertEqual(descriptors, "['0', '1', '2', '3']")  # the last is the directory that is read
        blocked, ignored = re.findall(r"([0-9a-f]{16})", signals)
        self.assertEqual(int(blocked, 16), 0)
        self.assertEqual(int(ignored, 16) & ~(1 << signal.SIGPIPE - 1 | 1 << signal.SIGXFSZ - 1), 0)  # Python's own
        self.assertEqual(leads, "True")

    def test_steps_stop_signal_and_start_them(self):
        script = ("import signal, time\nsignal.signal(signal.SIGUSR1, lambda *_: print('poked', flush=True))\n"
                  "print('up', flush=True)\nwhile True: time.sleep(1)")
        self.held(self.run_world(
            self.python(script, ready={"output": {"contains": "up"}}), duration="3 s",
            steps=[{"at": "1 s", "signal": {"process": "p0", "signal": "USR1"}}, {"at": "1500 ms", "stop": {"process": "p0"}},
                   {"at": "2 s", "start": {"process": "p0"}},
                   {"at": "2500 ms", "start": {"process": "p0"}, "fails_with": "EALREADY"}],
            expect=[{"at": "900 ms", "process": {"process": "p0"}}, {"at": "1400 ms", "output": {"process": "p0", "contains": "poked", "count": 1}},
                    {"at": "3 s", "output": {"process": "p0", "contains": "up", "count": 2}}]))

    def test_what_nobody_ends_in_a_line_is_cut_and_lost_is_nothing(self):
        self.held(self.run_world(self.python("import sys; sys.stdout.write('x' * 3000000 + '\\n' + 'end')", exit=0),
                                 options=("--trace", self.directory / "trace")))
        lines = [record["line"] for record in self.trace() if record["ev"] == "process/output"]
        self.assertEqual("".join(lines), "x" * 3000000 + "end")
        self.assertEqual(max(map(len, lines)), 4096)

    def test_logs_and_working_directories_are_kept_on_request(self):
        outcome = mlosimd("--scenario", self.world(self.python("open('made', 'w'); print('said')", exit=0)), "--no-socket", "--keep-files",
                          "--output-dir", self.directory / "logs")
        self.assertEqual(outcome.code, 0, outcome)
        self.assertRegex((self.directory / "logs" / "p0.log").read_text(), r"^\[ +\d+\.\d{6}\] said\n$")
        kept = pathlib.Path(re.search("working directories: (.*)", outcome.err).group(1))
        self.assertTrue((kept / "p0" / "made").exists())
        shutil.rmtree(kept)


class Ends(Processes):
    """Nothing is left behind, however the daemon ends."""
    STUBBORN = ("import os, signal, sys, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
                "if os.fork() == 0: time.sleep(600)\nprint('up', os.getcwd(), flush=True)\ntime.sleep(600)")

    def started(self, script):
        log = self.directory / "logs" / "p0.log"
        process = subprocess.Popen([programs.mlosimd(), "--scenario", self.world(self.python(script)), "--no-socket",
                                    "--output-dir", log.parent, "--trace", self.directory / "trace"],
                                   stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        deadline = time.monotonic() + PATIENCE
        while not log.exists() or " up " not in log.read_text():
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.02)
        return process

    @staticmethod
    def children_of(process):
        pids = pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        return [int(pid) for pid in pids if pathlib.Path(f"/proc/{pid}/comm").read_text() != "mlosimd-keeper\n"]

    @staticmethod
    def group(leader):
        found = []
        for entry in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                if os.getpgid(int(entry.name)) == leader and " Z " not in (entry / "stat").read_text():
                    found.append(int(entry.name))
            except (ProcessLookupError, FileNotFoundError):
                pass
        return found

    def gone(self, leader):
        deadline = time.monotonic() + PATIENCE
        while self.group(leader):
            self.assertLess(time.monotonic(), deadline, "a process outlives the daemon")
            time.sleep(0.02)

    def test_by_sigterm(self):
        process = self.started("import time; print('up', '', flush=True); time.sleep(600)")
        leader, = self.children_of(process)
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(PATIENCE), 0)
        self.gone(leader)

    def test_by_sigterm_with_one_that_does_not_listen(self):
        process = self.started(self.STUBBORN)
        leader, = self.children_of(process)
        self.assertEqual(len(self.group(leader)), 2)
        process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        process.send_signal(signal.SIGTERM)  # once more: now
        self.assertEqual(process.wait(PATIENCE), 0)
        self.gone(leader)

    def test_by_itself_with_a_daemon_left_running(self):
        script = ("import os\nif os.fork(): raise SystemExit\nos.setsid()\n"
                  "open('pid', 'w').write(str(os.getpid()))\nimport time; time.sleep(600)")
        outcome = mlosimd("--scenario", self.world(self.python(script, exit=0), duration="1 s"), "--no-socket", "--keep-files")
        self.assertEqual(outcome.code, 0, outcome)
        kept = pathlib.Path(re.search("working directories: (.*)", outcome.err).group(1))
        self.addCleanup(shutil.rmtree, kept)
        self.assertFalse(pathlib.Path("/proc", (kept / "p0" / "pid").read_text()).exists())

    def test_in_time_with_one_that_never_stops_printing(self):
        begun = time.monotonic()
        self.held(self.run_world({"argv": ["yes"], "preload": False}, duration="1 s"))
        self.assertLess(time.monotonic() - begun, PATIENCE / 2)

    def test_by_sigkill(self):
        process = self.started(self.STUBBORN)
        leader, = self.children_of(process)
        self.assertEqual(len(self.group(leader)), 2)
        place = pathlib.Path(f"/proc/{leader}/cwd").resolve()
        self.assertTrue(place.exists())
        process.kill()
        process.wait(PATIENCE)
        self.gone(leader)
        deadline = time.monotonic() + PATIENCE
        while place.parent.exists():
            self.assertLess(time.monotonic(), deadline, "files are left behind")
            time.sleep(0.02)


class SmallInVirtualTime(Small):
    """The same where nobody waits: under the preload library, and no chance is left."""
    CLOCK = "virtual"
    PRELOAD = True

    def run_world(self, *processes, options=(), **members):
        options = list(options)
        if "--trace" not in options:
            options += ["--trace", self.directory / "trace"]
        members.setdefault("deterministic_entropy", True)
        first = super().run_world(*processes, options=options, **members)
        if first.code != 2:
            trace = (self.directory / "trace").read_bytes()
            again = super().run_world(*processes, options=options, **members)
            self.assertEqual((again.code, again.err, (self.directory / "trace").read_bytes()), (first.code, first.err, trace))
        return first

    def test_waits_take_no_time(self):
        started = time.monotonic()
        self.held(self.run_world(self.python("import time; [time.sleep(60) for _ in range(60)]; print('an hour')", exit=0),
                                 expect=[{"at": "3601 s", "output": {"process": "p0", "contains": "an hour"}}]))
        self.assertLess(time.monotonic() - started, 20)
        self.assertEqual([record["t"] // 10**9 for record in self.trace() if record["ev"] == "process/output"], [3600])


    def test_one_that_writes_without_end_holds_up_nothing(self):
        line = "x" * 4000
        self.held(self.run_world({"argv": ["yes", line]}, {"argv": ["sleep", "0.015"], "exit": 0}, duration="20 ms"))
        moments = [record["t"] for record in self.trace() if record.get("process") == "p0" and record["ev"] == "process/output"]
        self.assertEqual(moments[-1] // 1000000, 19)
        self.assertGreater(len(set(moments)), 15)


def sids(*names):
    return [option for name in names for option in ("--program", f"{name}={programs.sid(name)}")]


class Shipped(Processes):
    """The shipped worlds with programs, as the wall clock goes and in virtual time."""

    def shipped(self, name, *options, clock="virtual"):
        files = [self.directory / kind for kind in ("trace", "pcap", "nlpcap")]
        outcome = mlosimd("--scenario", SCENARIOS / name, "--clock", clock, "--no-socket", "--log-level", "error",
                          "--trace", files[0], "--pcap", files[1], "--nlpcap", files[2], *options, timeout=120)
        self.held(outcome)
        wall = float(re.search(r"wall=([0-9.]+)s", outcome.out).group(1))
        return [file.read_bytes() for file in files], wall

    def repeats(self, name, *options, runs=5):
        first, wall = self.shipped(name, *options)
        for _ in range(runs - 1):
            again, _ = self.shipped(name, *options)
            for kind, one, other in zip(("trace", "capture", "netlink capture"), first, again):
                self.assertEqual(one, other, f"{kind} differs")
        tap.say(f"{name} {' '.join(options[1::2])}: {runs} times the same, {wall:.2f} s in virtual time")
        return wall

    def both(self, name, *options):
        _, real = self.shipped(name, *options, clock="real")
        virtual = self.repeats(name, *options)
        tap.say(f"{name}: {real:.2f} s in real time, {virtual:.2f} s in virtual time")
        self.assertLess(virtual, real / 10)

    def test_wpa2(self):
        self.both("wpa2-programs.json")

    def test_wpa2_with_sids_programs(self):
        self.repeats("wpa2-programs.json", *sids("hostapd", "wpa_supplicant"))

    def test_sae(self):
        self.both("sae-programs.json")

    def test_sae_with_sids_programs(self):
        self.repeats("sae-programs.json", *sids("hostapd", "wpa_supplicant"))

    def test_all_that_they_tell_for_debugging_repeats(self):
        debug = [option for process in (0, 1) for option in ("--set", f'/processes/{process}/argv/-="-ddK"')]
        self.repeats("sae-programs.json", *debug)
        self.repeats("sae-programs.json", *debug, *sids("hostapd", "wpa_supplicant"))

    def test_a_station_mld(self):
        self.both("mld-program.json", *sids("wpa_supplicant"))

    def test_a_station_mld_that_roams(self):
        wall = self.repeats("roam-6g-program.json", *sids("wpa_supplicant"))
        self.assertLess(wall, 20 if os.environ.get("MLOSIM_SANITIZED") == "1" else 2)

    def test_what_a_trace_shows_names_no_machine(self):
        (trace, *_), _ = self.shipped("sae-programs.json")
        self.assertNotIn(b"/tmp/", trace)


if __name__ == "__main__":
    tap.main()
