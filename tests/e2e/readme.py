#!/usr/bin/env python3
"""The README's session, run: every command's output there is what it prints now.

`python3 tests/e2e/readme.py --write` puts today's output into the README."""
import os
import pathlib
import re
import sys
import tempfile
import unittest

from harness import programs, tap
from harness.world import World, run

README = programs.SOURCE / "README.md"
SESSION = re.compile(r"(?<=```console\n).*?(?=```\n)", re.S)


def commands(session):
    """[(command, output)]"""
    return [(block.split("\n", 1)[0], block.split("\n", 1)[1]) for block in re.split(r"^\$ ", session, flags=re.M)[1:]]


def plain(text):
    """Without what differs between two builds or two runs of the same."""
    return re.sub(r"(commit|trace_hash|wall)=\S+", r"\1=*", text)


def outputs(session):
    """[(command, what it prints)]; the daemon in the background is the tests' own."""
    said = []
    with World("first-look.json") as world:
        env = world.environment()
        path = f"{programs.BUILD / 'src'}:{programs.BUILD / 'src/ctl'}:{env['PATH']}"
        for command, _ in commands(session):
            if command.endswith("&") or command.startswith("export "):
                said.append((command, ""))
                continue
            if command.startswith("mlosimd"):
                command_run = command.replace("mlosimd", "mlosimd --no-socket", 1)
            else:
                command_run = command
            outcome = run(["bash", "-c", command_run], dict(env, PATH=path))
            if outcome.code != 0:
                raise AssertionError(f"{command}: {outcome}")
            said.append((command, outcome.out))
    return said


class Readme(unittest.TestCase):
    def test_shows_what_its_commands_print(self):
        session = SESSION.search(README.read_text()).group()
        self.assertIn("mlosimd --scenario first-look.json &", session)
        for (command, found), (_, shown) in zip(outputs(session), commands(session)):
            self.assertEqual(plain(found), plain(shown), command)

    def test_runs_programs_in_virtual_time_as_it_shows(self):
        section = README.read_text().split("## Programs in virtual time")[1].split("\n## ")[0]
        shown = commands(SESSION.search(section).group())
        self.assertEqual(len(shown), 2)
        env = dict(os.environ, PATH=f"{programs.BUILD / 'src'}:{programs.BUILD / 'src/ctl'}:{programs.SYSTEM_PATH}")
        for command, printed in shown:
            here = command.replace("mlosimd", "mlosimd --no-socket", 1).replace("build-sid", str(programs.SID))
            outcome = run(["bash", "-c", here], env)
            self.assertEqual((outcome.code, plain(outcome.out)), (0, plain(printed)), outcome)

    def test_makes_a_campaign_of_runs(self):
        section = README.read_text().split("## A thousand runs")[1].split("\n## ")[0]
        script = section.split("```sh\n")[1].split("```")[0]
        self.assertIn("--seeds 1-1000 ", script)
        with tempfile.TemporaryDirectory() as place:
            script = script.replace("--seeds 1-1000", f"--seeds 1-10 --results {place}/results")
            script = script.replace("$PWD/build", str(programs.BUILD))
            outcome = run(["bash", "-c", script], dict(os.environ, PATH=programs.SYSTEM_PATH), timeout=120)
        self.assertEqual(outcome.code, 0, outcome)
        self.assertIn("10 runs: 10 passed, 0 failed", outcome.text)

    def test_connects_a_station_to_an_access_point(self):
        section = README.read_text().split("## Your own hostapd and wpa_supplicant")[1]
        script = section.split("```sh\n")[1].split("```")[0]
        with tempfile.TemporaryDirectory() as place:
            # The same, with files and sockets in a place of the test's own.
            script = script.replace("/tmp/mlosim-", f"{place}/").replace("air.pcapng", f"{place}/air.pcapng")
            for side in ("ap", "station"):
                text = (programs.SOURCE / f"docs/examples/wpa3-{side}.conf").read_text()
                pathlib.Path(f"{place}/wpa3-{side}.conf").write_text(text.replace("/tmp/mlosim-", f"{place}/"))
            script = script.replace("docs/examples", place).replace("$PWD/build", str(programs.BUILD))
            script = script.replace("sleep 2\n", "for i in $(seq 100); do sleep 0.1; mlosimctl exec -- wpa_cli -p "
                                    f"{place}/wpa_supplicant -i wlan1 status | grep COMPLETED && break; done\n")
            env = dict(os.environ, XDG_RUNTIME_DIR=place, PATH=programs.SYSTEM_PATH)
            env.pop("MLOSIM_SOCKET", None)
            outcome = run(["bash", "-c", script + "wait\n"], env)
        self.assertIn("wpa_state=COMPLETED", outcome.out, outcome)
        shown = section.split("```\n")[2].split("```")[0].split()
        self.assertEqual([line for line in shown if line not in outcome.out.split()], [])
        self.assertIn("Station 02:00:00:00:01:00 (on wlan0)", outcome.out)

    def test_connects_a_station_mld_on_two_links_and_on_three(self):
        section = README.read_text().split("## Multi-link")[1].split("\n## ")[0]
        scripts = re.findall(r"```sh\n(.*?)```", section, re.S)
        shown = re.findall(r"```\n(link_id.*?|Connected.*?)```", section, re.S)
        self.assertEqual((len(scripts), len(shown)), (2, 2))
        for links, script in zip((2, 3), scripts):
            with self.subTest(links=links), tempfile.TemporaryDirectory() as place:
                text = (programs.SOURCE / "docs/examples/multi-link-station.conf").read_text()
                pathlib.Path(f"{place}/multi-link-station.conf").write_text(text.replace("/tmp/mlosim-", f"{place}/"))
                script = script.replace("/tmp/mlosim-", f"{place}/").replace("docs/examples", place)
                script = script.replace("$PWD/build-sid", str(programs.SID)).replace("$PWD/build", str(programs.BUILD))
                script = script.replace("sleep 5\n", "for i in $(seq 200); do sleep 0.1; mlosimctl exec -- wpa_cli -p "
                                        f"{place}/wpa_supplicant -i wlan1 status | grep COMPLETED && break; done\n")
                env = dict(os.environ, XDG_RUNTIME_DIR=place, PATH=programs.SYSTEM_PATH)
                env.pop("MLOSIM_SOCKET", None)
                outcome = run(["bash", "-c", script + "wait\n"], env)
                self.assertIn("wpa_state=COMPLETED", outcome.out, outcome)
                for said in shown:
                    if links == 3:
                        self.assertEqual([line for line in said.splitlines() if line not in outcome.out.splitlines()], [])
                for link in range(links):
                    self.assertIn(f"link ID  {link} link addr", outcome.out)
                self.assertEqual(len(re.findall(r"^0x1\S+ +0x100000001 +\d +\S+ +running", outcome.out, re.M)), links)

    def test_links_only_to_what_is_there(self):
        for target in re.findall(r"\]\(([^)#]+)\)", README.read_text()):
            self.assertTrue((README.parent / target).exists(), target)


if sys.argv[1:] == ["--write"]:
    text = README.read_text()
    lines = "".join(f"$ {command}\n{said}" for command, said in outputs(SESSION.search(text).group()))
    README.write_text(SESSION.sub(lambda _: lines, text))
else:
    tap.main()
