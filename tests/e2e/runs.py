#!/usr/bin/env python3
"""mlosimctl run: campaigns that are interrupted, sharded, merged, and whose failures are made again."""
import contextlib
import json
import os
import pathlib
import pty
import shlex
import shutil
import signal
import subprocess
import tempfile
import time
import unittest
import xml.etree.ElementTree as ElementTree

from harness import programs, tap
from harness.world import run

SANITIZED = os.environ.get("MLOSIM_SANITIZED") == "1"
LIMIT = 600 if SANITIZED else 120
WALKS = 8 if SANITIZED else 60
# A station that by chance hears its access point too faintly, or not at all.
DICE = {
    "clock": "virtual", "duration": "4 s", "regulatory": {"country": "DE", "database": "embedded"},
    "medium": {"fidelity": "lossy", "shadowing_db": 8},
    "radios": [{"name": "ap"}, {"name": "sta", "position_m": [100, 0, 0]}],
    "networks": [{"name": "home", "radio": "ap", "ssid": "home", "links": [{"band": "5 GHz", "channel": 36}]}],
    "stations": [{"name": "walker", "radio": "sta", "ssid": "home", "bands": ["5 GHz"]}],
    "expect": [{"at": "4 s", "station": {"name": "walker"}, "description": "the walker is connected"},
               {"at": "4 s", "bss": {"radio": "sta", "network": "home", "signal_dbm": {"at_least": -90}}}],
}


def records(folder):
    return [json.loads(line) for line in (pathlib.Path(folder) / "results.jsonl").read_text().splitlines()]


def facts(folder):
    """What has to be the same however runs are made: all but real time, and what is kept."""
    unlike = ("wall_s", "kept")
    return sorted((r["run"], json.dumps({k: v for k, v in r.items() if k not in unlike})) for r in records(folder))


class Campaign(unittest.TestCase):
    def setUp(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="mlosim-runs-"))
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)
        (self.directory / "dice.json").write_text(json.dumps(DICE))
        self.results = self.directory / "dice.results"

    def command(self, *arguments):
        return [programs.mlosimctl(), *map(str, arguments)]

    def ctl(self, *arguments, **environment):
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("SLURM_", "CI_NODE_"))}
        done = subprocess.run(self.command(*arguments), cwd=self.directory, env={**clean, **environment}, timeout=LIMIT,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace")
        done.code, done.text = done.returncode, done.stdout + done.stderr
        return done

    def run_all(self, *arguments, **environment):
        return self.ctl("run", self.directory / "dice.json", *arguments, **environment)


class Runs(Campaign):
    def test_each_seed_once_and_a_summary_by_what_failed(self):
        done = self.run_all("--seeds", "1-20", "--junit", "report.xml")
        self.assertEqual(done.code, 1, done.text)
        all_runs = records(self.results)
        self.assertEqual(sorted(r["seed"] for r in all_runs), list(range(1, 21)))
        failed = [r for r in all_runs if r["signature"]]
        self.assertTrue(0 < len(failed) < 20, "the scenario is made so that some seeds fail")
        self.assertIn(f"20 runs: {20 - len(failed)} passed, {len(failed)} failed", done.stdout)
        for r in all_runs:
            self.assertEqual((r["exit_code"] == 0, not r["failures"]), (not r["signature"], not r["signature"]))
            self.assertRegex(r["trace_hash"], r"\A[0-9a-f]{16}\Z")
            self.assertEqual(r["virtual_s"], 4.0)
        for signature in {r["signature"] for r in failed}:
            self.assertIn(signature, done.stdout)
            self.assertIn(signature.split()[0], ("/expect/0", "/expect/1"))
        # Failures have their trace and capture, and nobody else has.
        for r in failed:
            kept = self.results / r["kept"]
            self.assertGreater((kept / "air.pcapng").stat().st_size, 100)
            self.assertIn('"met":false', (kept / "trace.jsonl").read_text())
        self.assertEqual(len(list((self.results / "runs").iterdir())), len(failed))
        # JUnit.
        suites = ElementTree.parse(self.directory / "report.xml").getroot()
        self.assertEqual([s.get("tests") for s in suites], ["20"])
        self.assertEqual(len(suites.findall(".//failure")), len(failed))
        self.assertEqual(suites.find("testsuite").get("failures"), str(len(failed)))

    def test_every_failure_comes_again_by_its_command(self):
        self.run_all("--seeds", "1-20")
        commands = [line for line in (self.results / "failures.txt").read_text().splitlines() if not line.startswith("#")]
        failed = {str(r["seed"]): r for r in records(self.results) if r["signature"]}
        self.assertEqual(len(commands), len(failed))
        for command in commands:
            again = subprocess.run(command, shell=True, cwd="/", capture_output=True, text=True, timeout=LIMIT)
            record = failed[command.split("--seed ")[1].split()[0]]
            self.assertEqual(again.returncode, 1, again.stderr)
            self.assertIn(f"trace_hash={record['trace_hash']}", again.stdout)
            self.assertIn(record["failures"][0]["text"], again.stderr)

    def test_killed_at_any_moment_it_goes_on_with_every_seed_exactly_once(self):
        seeds = 60 if SANITIZED else 300
        arguments = self.command("run", self.directory / "dice.json", "--seeds", f"1-{seeds}", "--captures", 2)
        file = self.results / "results.jsonl"
        for lines in (seeds // 15, seeds // 3, seeds // 2):
            process = subprocess.Popen(arguments, cwd=self.directory, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            deadline = time.monotonic() + LIMIT
            while time.monotonic() < deadline and process.poll() is None:
                if file.exists() and file.read_bytes().count(b"\n") >= lines:
                    break
                time.sleep(0.001)
            self.assertIsNone(process.poll(), "it is still at work")
            process.kill()
            process.wait()
            # Its runs ended with it, so a torn line is all that can be left over.
            with open(file, "ab") as torn:
                torn.write(b'{"run":299,"scen')
            before = [line for line in file.read_bytes().split(b"\n")[:-1]]
        done = self.run_all("--seeds", f"1-{seeds}", "--captures", 2, "--resume")
        self.assertIn("finished before", done.stdout)
        self.assertEqual(sorted(r["seed"] for r in records(self.results)), list(range(1, seeds + 1)))
        self.assertEqual(file.read_bytes().split(b"\n")[:len(before)], before, "what was finished was left alone")
        # The same as if nothing had been.
        self.run_all("--seeds", f"1-{seeds}", "--captures", 2, "--results", "whole")
        self.assertEqual(facts(self.results), facts(self.directory / "whole"))

    def test_interrupted_it_says_how_to_go_on(self):
        process = subprocess.Popen(self.command("run", "dice.json", "--seeds", "1-2000"), cwd=self.directory,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        while not (self.results / "results.jsonl").exists() or not (self.results / "results.jsonl").read_bytes():
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=LIMIT)
        self.assertEqual(process.returncode, 3, out + err)
        self.assertIn("not finished", out)
        command = err.split("This goes on where it stopped:\n")[1].strip()
        self.assertEqual(shlex.split(command), self.command("run", "dice.json", "--seeds", "1-2000"))

    def test_another_campaign_is_not_mixed_in(self):
        self.run_all("--seeds", "1-3")
        for more in (["--seeds", "1-4"], ["--seeds", "1-3", "--set", "medium.shadowing_db=1"], ["--seeds", "1-3", "--random-faults", 1],
                     ["--seeds", "1-3", "--shard", "1/2", "--results", "dice.results"]):
            done = self.run_all(*more)
            self.assertEqual(done.code, 2, done.text)
            self.assertIn("dice.results has the results of another campaign (", done.stderr)
        changed = {**DICE, "duration": "5 s"}
        (self.directory / "dice.json").write_text(json.dumps(changed))
        self.assertIn("with another text", self.run_all("--seeds", "1-3").stderr)
        self.assertEqual(self.run_all("--seeds", "1-3", "--resume", "--results", "new").code, 2)
        self.assertFalse((self.directory / "new").exists())

    def test_a_matrix_has_every_combination(self):
        done = self.run_all("--matrix", "--set", "radios.sta.chip=mt7925,generic-be", "--set", "/medium/shadowing_db=0,3", "--seeds", "1-3",
                            "--junit", "report.xml")
        self.assertIn(done.code, (0, 1), done.text)
        seen = {(r["parameters"]["radios.sta.chip"], r["parameters"]["/medium/shadowing_db"], r["seed"]) for r in records(self.results)}
        self.assertEqual(seen, {(c, s, n) for c in ("mt7925", "generic-be") for s in ("0", "3") for n in (1, 2, 3)})
        self.assertEqual(len(ElementTree.parse(self.directory / "report.xml").getroot()), 4)
        hashes = {(r["seed"], r["parameters"]["radios.sta.chip"]): r["trace_hash"] for r in records(self.results)
                  if r["parameters"]["/medium/shadowing_db"] == "0"}
        self.assertNotEqual(hashes[1, "mt7925"], hashes[1, "generic-be"])

    def test_shards_make_the_whole(self):
        self.run_all("--seeds", "1-23", "--results", "whole", "--junit", "whole.xml")
        self.run_all("--seeds", "1-23", "--shard", "1/3", "--results", "a")
        self.run_all("--seeds", "1-23", "--results", "b", CI_NODE_INDEX="2", CI_NODE_TOTAL="3")
        unfinished = self.ctl("merge", "a", "b", "--into", "early")
        self.assertIn("7 not finished", unfinished.text)
        self.assertEqual(unfinished.code, 3)
        third = self.run_all("--seeds", "1-23", "--results", "c", SLURM_ARRAY_TASK_ID="12", SLURM_ARRAY_TASK_MIN="10",
                             SLURM_ARRAY_TASK_COUNT="3", CI_NODE_INDEX="1", CI_NODE_TOTAL="2")
        self.assertIn("(shard 3/3, from SLURM_ARRAY_TASK_ID)", third.stdout)
        merged = self.ctl("merge", "a", "b", "c", "--into", "merged", "--junit", "merged.xml")
        self.assertEqual(merged.code, 1, merged.text)
        self.assertEqual(facts(self.directory / "merged"), facts(self.directory / "whole"))
        self.assertEqual(len(records(self.directory / "merged")), 23)
        for r in records(self.directory / "merged"):
            if r["signature"]:
                self.assertTrue((self.directory / "merged" / r["kept"] / "trace.jsonl").exists(), r)
        names = [[case.get("name") for case in ElementTree.parse(self.directory / f).iter("testcase")] for f in ("merged.xml", "whole.xml")]
        self.assertEqual(names[0], names[1])
        self.assertEqual(self.ctl("merge", "a", "b", "c", "--into", "merged").code, 1, "twice is once")
        self.assertEqual(len(records(self.directory / "merged")), 23)
        self.run_all("--seeds", "1-22", "--shard", "1/3", "--results", "other")
        self.assertIn("different campaigns: seeds", self.ctl("merge", "a", "other", "--into", "no").stderr)

    def test_a_run_that_takes_too_long_is_ended(self):
        slow = {**DICE, "clock": "real", "duration": "100 s", "expect": []}
        (self.directory / "slow.json").write_text(json.dumps(slow))
        done = self.ctl("run", "slow.json", "--seeds", "1-2", "--time-limit", "700ms", "--captures", 1)
        self.assertEqual(done.code, 1, done.text)
        self.assertEqual([r["signature"] for r in records(self.directory / "slow.results")], ["time-out", "time-out"])
        kept = [r["kept"] for r in records(self.directory / "slow.results") if r.get("kept")]
        self.assertEqual(len(kept), 1)
        self.assertIn('"ev"', (self.directory / "slow.results" / kept[0] / "trace.jsonl").read_text())
        left = subprocess.run(["pgrep", "-f", str(self.directory)], capture_output=True, text=True).stdout
        self.assertEqual(left, "", "nobody is left over")

    def test_a_run_that_hangs_is_killed(self):
        fake = self.directory / "mlosimd"
        fake.write_text(f"""#!/bin/sh
case "$*" in *--seed*) trap "" TERM; sleep 1000 & echo $$ $! > {self.directory}/pids; while :; do sleep 1000; done ;; esac
exec {programs.mlosimd()} "$@"
""")
        fake.chmod(0o755)
        done = self.run_all("--seeds", "1", "--mlosimd", fake, "--time-limit", "200ms", "--captures", 0)
        self.assertEqual(done.code, 1, done.text)
        self.assertEqual([r["signature"] for r in records(self.results)], ["time-out"])
        # Who was killed without being waited for takes a moment to end.
        deadline = time.monotonic() + 60
        while self.living((self.directory / "pids").read_text().split()):
            self.assertLess(time.monotonic(), deadline, "what it started ends, too")
            time.sleep(0.01)

    @staticmethod
    def living(pids):
        def state(pid):
            with contextlib.suppress(OSError):
                return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
            return "gone"
        return [pid for pid in pids if state(pid) not in ("Z", "X", "gone")]

    def test_a_run_that_others_stop_is_not_made(self):
        """As a cluster does it that ends a job: whoever belongs to it is told to stop."""
        slow = {**DICE, "clock": "real", "duration": "1 s", "expect": [{"at": "1 s", "bss": {"radio": "sta"}}]}
        (self.directory / "slow.json").write_text(json.dumps(slow))
        for stopped in (True, False):
            process = subprocess.Popen(self.command("run", "slow.json", "--seeds", "1-3", "--jobs", 3, "--captures", 0), cwd=self.directory,
                                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            children = pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children")
            while stopped and len(pids := children.read_text().split()) < 3:
                time.sleep(0.01)
            if stopped:
                time.sleep(0.2)
                for pid in (*pids, process.pid):
                    with contextlib.suppress(ProcessLookupError):  # the first to end may end the others
                        os.kill(int(pid), signal.SIGTERM)
            out, _ = process.communicate(timeout=LIMIT)
            self.assertEqual(process.returncode == 3, stopped, out)
            self.assertEqual("told to stop before its end" in out, stopped, out)
            self.assertEqual(len(records(self.directory / "slow.results")), 0 if stopped else 3)

    def test_a_crash_is_a_failure_with_its_signature(self):
        fake = self.directory / "mlosimd"
        fake.write_text(f"""#!/bin/sh
case "$*" in
*--validate*|*--version*) exec {programs.mlosimd()} "$@" ;;
*"--seed 2 "*) echo "mlosimd: broken invariant at a.cc:$$: it holds" >&2; kill -SEGV $$ ;;
*) exec {programs.mlosimd()} "$@" ;;
esac
""")
        fake.chmod(0o755)
        done = self.run_all("--seeds", "1-3", "--mlosimd", fake, "--set", "medium.shadowing_db=0", "--set", "radios.sta.position_m=[5,0,0]")
        self.assertEqual(done.code, 1, done.text)
        failed = [r for r in records(self.results) if r["signature"]]
        self.assertEqual([r["seed"] for r in failed], [2])
        self.assertEqual(failed[0]["signature"],
                         "killed by signal 11 (Segmentation fault): mlosimd: broken invariant at a.cc:#: it holds")

    def test_mistakes_and_missing_programs_are_said_before_anything_runs(self):
        for arguments, words in ((["nowhere.json"], "nowhere.json: no such scenario"), (["dice.json", "--seeds", "5-1"], "seeds '5-1'"),
                                 (["dice.json", "--set", "radios.wolf.chip=x"], '"ap", "sta"'),
                                 (["dice.json", "--matrix", "--set", "radios.sta.chip=generic,mt7900"], "with radios.sta.chip=mt7900:"),
                                 (["dice.json", "--shard", "3/2"], "--shard: found '3/2'"), (["dice.json", "dice.json"], "is named twice"),
                                 (["dice.json", "--time-limit", "soon"], "'soon' is no time limit")):
            done = self.ctl("run", *arguments)
            self.assertEqual(done.code, 2, done.text)
            self.assertIn(words, done.stderr)
        done = self.ctl("run", "dice.json", "--mlosimd", "/nowhere/mlosimd")
        self.assertEqual(done.code, 3, done.text)
        self.assertEqual(list(self.directory.glob("*.results")), [])

    def test_a_full_disk_tears_nothing(self):
        disk = self.directory / "disk"
        disk.mkdir()
        # A file system of 64 kB, in a mount namespace of its own.
        script = f"""mount -t tmpfs -o size=64k tmpfs {disk} && {shlex.join(self.command(
            'run', 'dice.json', '--seeds', '1-2000', '--captures', 0, '--results', disk))}
            code=$?; cp {disk}/results.jsonl {self.directory}/copy.jsonl; exit $code"""
        done = subprocess.run(["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script], cwd=self.directory, text=True,
                              capture_output=True, timeout=LIMIT)
        self.assertEqual(done.returncode, 3, done.stdout + done.stderr)
        self.assertIn("results.jsonl: No space left on device", done.stderr)
        self.assertIn("This goes on where it stopped", done.stderr)
        text = (self.directory / "copy.jsonl").read_bytes()
        self.assertTrue(text.endswith(b"\n"))
        self.assertGreater(len([json.loads(line) for line in text.splitlines()]), 50)

    def test_a_terminal_gets_a_bar(self):
        controller, terminal = pty.openpty()
        runs = 60 if SANITIZED else 1000  # more than are over before a bar is worth it
        process = subprocess.Popen(self.command("run", "dice.json", "--seeds", f"1-{runs}"), cwd=self.directory, stdout=terminal,
                                   stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
        os.close(terminal)
        shown = b""
        while True:
            try:
                piece = os.read(controller, 65536)
            except OSError:
                break
            if not piece:
                break
            shown += piece
        os.close(controller)
        process.wait(LIMIT)
        self.assertRegex(shown.decode(), rf"\r\[[#.]{{24}}\] \d+ of {runs} runs, \d+\.\d a second, .* left")
        plain = self.run_all("--seeds", "1-60", "--results", "plain")
        self.assertNotIn("\r", plain.stdout)

    def test_json_for_programs(self):
        summary = json.loads(self.ctl("--json", "run", "dice.json", "--seeds", "1-10").stdout)
        self.assertEqual((summary["runs"], summary["expected"], summary["passed"] + summary["failed"]), (10, 10, 10))
        self.assertEqual(sum(len(group["seeds"]) for group in summary["failures"]), summary["failed"])


class RandomFaults(Campaign):
    def test_walks_on_which_things_go_wrong(self):
        begin = time.monotonic()
        done = self.ctl("run", "roam-6g.json", "--seeds", f"1-{WALKS}", "--random-faults", 5)
        tap.say(f"{WALKS} walks in {time.monotonic() - begin:.1f} s")
        self.assertEqual(done.code, 0, done.text)

    def test_a_known_defect_is_found_in_every_run(self):
        faulty = self.ctl("run", "roam-6g.json", "--seeds", "1-4", "--fault", "B6", "--results", "b6")
        self.assertEqual(faulty.code, 1, faulty.text)
        self.assertIn("4 x roam-6g.json: /expect/16 no key fails to be removed", faulty.stdout)


class Programs(Campaign):
    def test_worlds_with_stock_programs_run_beside_each_other_and_repeat(self):
        done = self.ctl("run", "wpa2-programs.json", "--seeds", "1-6", "--jobs", 3)
        self.assertEqual(done.code, 0, done.text)
        again = self.ctl("run", "wpa2-programs.json", "--seeds", "1-6", "--jobs", 2, "--keep", "--results", "kept")
        self.assertEqual(again.code, 0, again.text)
        self.assertEqual(facts(self.directory / "wpa2-programs.results"), facts(self.directory / "kept"))
        kept = self.directory / "kept" / records(self.directory / "kept")[0]["kept"]
        self.assertGreater((kept / "netlink.pcapng").stat().st_size, 1000)
        self.assertTrue(list((kept / "output").iterdir()))


class TraceDiff(Campaign):
    def test_shows_where_two_runs_part(self):
        for seed in (1, 1, 2):
            path = self.directory / f"{seed}-{len(list(self.directory.glob('*.jsonl')))}.jsonl"
            outcome = run([programs.mlosimd(), "--scenario", str(self.directory / "dice.json"), "--no-socket", "--seed", str(seed), "--trace",
                           str(path)], timeout=LIMIT)
            self.assertIn(outcome.code, (0, 1), outcome)
        same = self.ctl("trace-diff", "1-0.jsonl", "1-1.jsonl")
        self.assertEqual((same.code, same.stdout[:10]), (0, "The same: "), same.text)
        different = self.ctl("trace-diff", "-n", 2, "1-0.jsonl", "2-2.jsonl")
        self.assertEqual(different.code, 1, different.text)
        self.assertRegex(different.stdout, r"\AThe first difference comes after \d+ records that are the same\.\n  A: line \d+, \d+\.\d{9} s, ")
        as_json = json.loads(self.ctl("--json", "trace-diff", "1-0.jsonl", "2-2.jsonl").stdout)
        self.assertEqual(as_json["first"]["line"], as_json["records"] + 1)
        self.assertGreater(len(as_json["fields"]), 0)
        lines = (self.directory / "1-0.jsonl").read_bytes().splitlines(keepends=True)
        (self.directory / "cut.jsonl").write_bytes(b"".join(lines[:5]) + lines[5][:9])
        self.assertEqual(self.ctl("trace-diff", "1-0.jsonl", "cut.jsonl").code, 1)
        self.assertEqual(self.ctl("trace-diff", "--prefix", "1-0.jsonl", "cut.jsonl").code, 0)
        (self.directory / "text").write_text("no trace\n")
        self.assertEqual(self.ctl("trace-diff", "1-0.jsonl", "text").code, 2)
        self.assertEqual(self.ctl("trace-diff", "1-0.jsonl", "nowhere.jsonl").code, 2)


if __name__ == "__main__":
    tap.main()
