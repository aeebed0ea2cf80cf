#!/usr/bin/env python3
"""`meson install` into a folder, and the installation used from there, as a package's files would be."""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

from harness import programs, tap
from harness.world import PATIENCE, run


class Installation(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = pathlib.Path(tempfile.mkdtemp(prefix="mlosim-installed-"))
        subprocess.run(["meson", "install", "-C", str(programs.BUILD), "--no-rebuild", "--quiet", "--destdir", str(cls.directory / "root")],
                       check=True, stdout=subprocess.DEVNULL, timeout=120)
        cls.prefix, = {path.parents[1] for path in (cls.directory / "root").rglob("bin/mlosimd")}
        (cls.directory / "elsewhere").mkdir()

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.directory, ignore_errors=True)

    def found(self, pattern):
        return sorted(str(path.relative_to(self.prefix)) for path in self.prefix.rglob(pattern))

    def installed(self, program, *arguments, **env):
        return run([str(self.prefix / "bin" / program), *arguments], dict(os.environ, **env))

    def test_has_everything_in_its_place(self):
        self.assertEqual(self.found("mlosim*d")[0], "bin/mlosimd")
        self.assertEqual(self.found("mlosimctl"), ["bin/mlosimctl"])
        library, = self.found("libmlosim-preload.so")
        self.assertTrue(library.startswith("lib/"), library)
        self.assertEqual(self.found("*.[17]*"), ["share/man/man1/mlosim-mkfw.1", "share/man/man1/mlosimctl.1", "share/man/man1/mlosimd.1",
                                                 "share/man/man7/libmlosim-preload.7"])
        shipped = sorted(path.name for path in (programs.SOURCE / "scenarios").glob("*.json"))
        self.assertIn("roam-6g.json", shipped)
        self.assertEqual(self.found("scenarios/*.json"), [f"share/mlosimd/scenarios/{name}" for name in shipped])
        self.assertIn("share/mlosimd/profiles/generic-be.json", self.found("profiles/*.json"))

    def test_finds_a_scenario_by_its_bare_name_from_anywhere(self):
        done = subprocess.run([str(self.prefix / "bin/mlosimd"), "--scenario", "roam-6g.json", "--no-socket"],
                              cwd=self.directory / "elsewhere", capture_output=True, text=True, timeout=PATIENCE)
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_runs_programs_with_the_installed_shim(self):
        place = self.directory / "run"
        place.mkdir(mode=0o700)
        daemon = subprocess.Popen([str(self.prefix / "bin/mlosimd"), "--scenario", "first-look.json", "--socket", str(place / "socket")],
                                  cwd=self.directory / "elsewhere", stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        try:
            self.assertIn("programs come in", daemon.stderr.readline())
            env = {"MLOSIM_SOCKET": str(place / "socket"), "PATH": programs.SYSTEM_PATH}
            self.assertIn("Interface wlan0", self.installed("mlosimctl", "exec", "--", "iw", "dev", **env).out)
            preloaded = self.installed("mlosimctl", "exec", "--", "sh", "-c", "echo $LD_PRELOAD", **env).out.strip()
            self.assertEqual(preloaded, str(next(self.prefix.rglob("libmlosim-preload.so"))))
        finally:
            daemon.terminate()
            daemon.wait(PATIENCE)
            daemon.stderr.close()

    def test_has_a_python_package_that_finds_its_daemon(self):
        package = self.prefix / "share/mlosimd/python"
        shipped = sorted(path.name for path in (programs.SOURCE / "python/mlosim").glob("*.py"))
        self.assertEqual(sorted(path.name for path in (package / "mlosim").glob("*.py")), shipped)
        script = ("import mlosim\nwith mlosim.World('first-look.json') as world:\n    world.run_for(2)\n"
                  "    print(world.command.split()[0], world.preload, world.now)")
        env = {name: value for name, value in os.environ.items() if not name.startswith("MLOSIM")}
        done = run([sys.executable, "-c", script], dict(env, PYTHONPATH=str(package), PYTHONDONTWRITEBYTECODE="1"))
        library, = self.prefix.rglob("libmlosim-preload.so")
        self.assertEqual((done.code, done.text.split()), (0, [str(self.prefix / "bin/mlosimd"), str(library), "2.0"]), done)

    def test_has_manual_pages_without_a_complaint_from_mandoc(self):
        for page in self.prefix.glob("share/man/man*/*"):
            done = run(["mandoc", "-T", "lint", "-W", "error", str(page)])
            self.assertEqual((done.code, done.text), (0, ""), page)


tap.main()
