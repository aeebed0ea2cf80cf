"""A running mlosimd and the means to act in its world."""
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time

from harness import programs

# Programs answer in milliseconds; a sanitized daemon on a loaded machine takes its time.
PATIENCE = 60 if os.environ.get("MLOSIM_SANITIZED") == "1" else 30


class Died(Exception):
    pass


class Outcome:
    def __init__(self, code, out, err):
        self.code = code
        self.out = out
        self.err = err
        self.text = out + err

    def __repr__(self):
        return f"exit code {self.code}\n{self.out}{self.err}"


def run(command, env=None, timeout=PATIENCE):
    done = subprocess.run(command, env=env, timeout=timeout, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, encoding="utf-8", errors="replace")
    return Outcome(done.returncode, done.stdout, done.stderr)


def mlosimd(*arguments, timeout=PATIENCE):
    """Runs mlosimd to its end."""
    return run([programs.mlosimd(), *map(str, arguments)], timeout=timeout)


def radios(count, profile="generic-be", **more):
    return [{"name": f"r{i}", "profile": profile, **more} for i in range(count)]


class World:
    """`with World(scenario) as world:` where scenario is a dictionary or a file."""

    def __init__(self, scenario, *options):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="mlosim-e2e-"))
        if isinstance(scenario, dict):
            self.scenario = self.directory / "scenario.json"
            self.scenario.write_text(json.dumps(scenario))
        else:
            self.scenario = scenario
        self.socket = self.directory / "run" / "socket"
        self.options = [str(option) for option in options]
        self.log = open(self.directory / "log", "w+", encoding="utf-8", errors="replace")
        self.process = None
        self.code = None

    def __enter__(self):
        command = [programs.mlosimd(), "--scenario", str(self.scenario), "--socket", str(self.socket), *self.options]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=self.log, stderr=subprocess.STDOUT)
        try:
            self._wait_until_it_listens()
        except Exception:
            self.__exit__(None, None, None)
            raise
        return self

    def _wait_until_it_listens(self):
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise Died(f"mlosimd ended with {self.process.returncode}:\n{self.output()}")
            with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as probe:
                try:
                    probe.connect(str(self.socket))
                    return
                except OSError:
                    time.sleep(0.005)
        raise Died(f"mlosimd does not listen:\n{self.output()}")

    def __exit__(self, kind, error, trace):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if self.process:
            self.code = self.process.returncode
        output = self.output()
        self.log.close()
        shutil.rmtree(self.directory, ignore_errors=True)
        # A crash, an invariant or a sanitizer's report must not pass unseen because a test did not look.
        if error is None and (self.code not in (0, 1, 2, 3) or "Sanitizer" in output or "runtime error" in output):
            raise Died(f"mlosimd ended with {self.code}:\n{output[-6000:]}")

    def output(self):
        self.log.flush()
        return (self.directory / "log").read_text(errors="replace")

    def wait(self, timeout=PATIENCE):
        """Until the run ends by itself; its exit code."""
        return self.process.wait(timeout)

    def environment(self):
        env = dict(os.environ, MLOSIM_SOCKET=str(self.socket), LC_ALL="C")
        env["PATH"] = programs.SYSTEM_PATH
        return env

    def command(self, *command):
        """The command line that runs `command` in this world."""
        return [programs.mlosimctl(), "exec", "--", *map(str, command)]

    def run(self, *command, timeout=PATIENCE):
        return run(self.command(*command), self.environment(), timeout)

    def start(self, *command, **options):
        """A program that keeps running; the caller ends it."""
        return subprocess.Popen(self.command(*command), env=self.environment(), stdin=subprocess.DEVNULL,
                                **{"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, **options})

    def ctl(self, *arguments, timeout=PATIENCE):
        return run([programs.mlosimctl(), "--socket", str(self.socket), *map(str, arguments)], timeout=timeout)

    def ctl_json(self, *arguments):
        outcome = self.ctl("--json", *arguments)
        if outcome.code != 0:
            raise AssertionError(f"mlosimctl {arguments}: {outcome}")
        return json.loads(outcome.out)

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def memory_kb(self):
        """Pages that the daemon has written to, in kB."""
        for line in pathlib.Path(f"/proc/{self.process.pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Private_Dirty:"):
                return int(line.split()[1])
        raise RuntimeError("no Private_Dirty in smaps_rollup")
