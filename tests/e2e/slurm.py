#!/usr/bin/env python3
"""mlosimctl run on a real Slurm: submitted as a job array, waited for, merged; the same results as here. In the middle it is killed, and its
job loses a task; the same command picks all of it up."""
import json
import os
import pathlib
import shlex
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

from harness import programs, tap
from harness.slurm import PATIENCE, Cluster
from runs import DICE, facts, records


class Slurm(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        begin = time.monotonic()
        cls.cluster = Cluster()
        cls.cluster.__enter__()
        cls.addClassCleanup(cls.cluster.__exit__, None, None, None)
        tap.say(f"cluster up after {time.monotonic() - begin:.1f} s")

    def setUp(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="mlosim-slurm-runs-"))
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)
        (self.directory / "dice.json").write_text(json.dumps(DICE))

    def command(self, *arguments):
        return [programs.mlosimctl(), *map(str, arguments)]

    def ctl(self, *arguments):
        return self.cluster.run(*self.command(*arguments), cwd=self.directory)

    def test_a_campaign_is_submitted_merged_and_the_same_as_here(self):
        what = ("run", "dice.json", "--seeds", "1-30", "--matrix", "--set", "medium.shadowing_db=2,8")
        here = self.ctl(*what, "--results", "here")
        there = self.ctl(*what, "--engine", "slurm", "--slurm-tasks", 3, "--slurm-option=--comment=a test", "--results", "there", "--junit",
                         "there.xml")
        self.assertEqual(here.returncode, 1, here.stdout + here.stderr)
        self.assertEqual(there.returncode, 1, there.stdout + there.stderr + self.cluster.logs())
        self.assertRegex(there.stdout, r"slurm: submitted job \d+, 3 tasks, called mlosim-[0-9a-f]{16}")
        self.assertEqual(facts(self.directory / "there"), facts(self.directory / "here"))
        self.assertEqual(len(records(self.directory / "there")), 60)
        for shard in (1, 2, 3):
            self.assertEqual(len(records(self.directory / "there" / "shards" / str(shard))), 20)
        summary = [out[out.index("60 runs: "):] for out in (here.stdout, there.stdout)]
        self.assertEqual(summary[0], summary[1])
        self.assertTrue((self.directory / "there.xml").read_text().startswith("<?xml"))
        kept = [r["kept"] for r in records(self.directory / "there") if "kept" in r]
        self.assertTrue(kept and all((self.directory / "there" / path / "trace.jsonl").exists() for path in kept))
        again = self.ctl(*what, "--engine", "slurm", "--results", "there")
        self.assertIn("all finished before", again.stdout)
        self.assertNotIn("submitted", again.stdout, "nothing is left to do")

    def test_who_is_killed_and_loses_a_task_goes_on_with_the_same_command(self):
        # A world that takes its time, so that there is a middle.
        slow = {**DICE, "clock": "real", "duration": "250 ms", "expect": []}
        (self.directory / "slow.json").write_text(json.dumps(slow))
        arguments = self.command("run", "slow.json", "--seeds", "1-40", "--engine", "slurm", "--slurm-tasks", 2, "--results", "r")
        process = subprocess.Popen(arguments, cwd=self.directory, env=self.cluster.environment(), stdout=subprocess.PIPE, text=True)
        self.until(lambda: list(self.directory.glob("r/shards/*/results.jsonl")) and
                   sum(len(records(f.parent)) for f in self.directory.glob("r/shards/*/results.jsonl")) >= 2)
        process.kill()
        process.communicate()
        # Interrupted, it leaves the job alone and says so.
        process = subprocess.Popen(arguments, cwd=self.directory, env=self.cluster.environment(), stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True)
        for line in process.stdout:
            if line.startswith("slurm: "):
                break
        self.assertIn("submitted before, goes on", line)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE)
        self.assertEqual(process.returncode, 3, out + err)
        self.assertIn("the job goes on", out)
        self.assertIn(shlex.join(arguments), err)
        name = out.split("scancel --name=")[1].split()[0]
        self.assertEqual(self.cluster.run("scancel", f"--name={name}").returncode, 0)
        self.until(lambda: not self.cluster.run("squeue", "--noheader", f"--name={name}").stdout.strip())
        done = self.cluster.run(*arguments, cwd=self.directory)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr + self.cluster.logs())
        self.assertIn("slurm: submitted job", done.stdout)
        self.assertEqual(sorted(r["seed"] for r in records(self.directory / "r")), list(range(1, 41)))

    def test_an_array_of_the_users_own_is_split_by_slurms_variables(self):
        job = self.directory / "job.sh"
        run_it = shlex.join(self.command("run", "dice.json", "--seeds", "1-20", "--captures", 0))
        job.write_text(f"#!/bin/sh\n{run_it} --results part-$SLURM_ARRAY_TASK_ID\nexit 0\n")
        done = self.cluster.run("sbatch", "--wait", "--array=4-6", f"--output={self.directory}/%a.log", job, cwd=self.directory)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        merged = self.ctl("merge", *(f"part-{i}" for i in (4, 5, 6)), "--into", "all")
        self.assertEqual(merged.returncode, 1, merged.stdout + merged.stderr)
        self.assertIn("(shard 2/3, from SLURM_ARRAY_TASK_ID)", (self.directory / "5.log").read_text())
        self.ctl("run", "dice.json", "--seeds", "1-20", "--captures", 0, "--results", "here")
        self.assertEqual(facts(self.directory / "all"), facts(self.directory / "here"))

    def test_what_goes_wrong_is_said(self):
        refused = self.ctl("run", "dice.json", "--engine", "slurm", "--slurm-option=--partition=nowhere")
        self.assertEqual(refused.returncode, 3, refused.stdout)
        self.assertIn("invalid partition", refused.stderr)
        killed = self.directory / "mlosimd"
        killed.write_text(f"""#!/bin/sh
case "$*" in *--seed*) echo "no place to live" >&2; exit 3 ;; esac
exec {programs.mlosimd()} "$@"
""")
        killed.chmod(0o755)
        lost = self.ctl("run", "dice.json", "--seeds", "1-4", "--engine", "slurm", "--mlosimd", killed, "--results", "lost")
        self.assertEqual(lost.returncode, 3, lost.stdout)
        self.assertIn("shard 1 of 1 did not finish", lost.stderr)
        self.assertIn("no place to live", lost.stderr)
        self.assertEqual(self.ctl("run", "dice.json", "--engine", "slurm", "--shard", "1/2").returncode, 2)

    def until(self, so):
        deadline = time.monotonic() + PATIENCE
        while not so():
            self.assertLess(time.monotonic(), deadline, self.cluster.logs())
            time.sleep(0.02)


if __name__ == "__main__":
    tap.main()
