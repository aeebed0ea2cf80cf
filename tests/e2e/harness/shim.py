"""The shim by itself, against a daemon without a world (tests/e2e/shim/shim_daemon.cc)."""
import os
import pathlib
import subprocess
import sys
import tempfile

from harness import programs


def preload():
    return programs.built("src/host/libmlosim-preload.so")


class Daemon:
    def __init__(self):
        self.directory = tempfile.TemporaryDirectory(prefix="mlosim-")
        self.socket = str(pathlib.Path(self.directory.name) / "socket")
        # A daemon built with the address sanitizer must give memory back at once: tests look at how much it has.
        asan = ":".join(filter(None, [os.environ.get("ASAN_OPTIONS"), "quarantine_size_mb=0", "thread_local_quarantine_size_kb=0"]))
        environment = dict(os.environ, ASAN_OPTIONS=asan)
        for name in ("LD_PRELOAD", "MLOSIM_SOCKET"):  # of a test that runs under the shim itself
            environment.pop(name, None)
        self.process = subprocess.Popen([programs.built("tests/e2e/shim/shim_daemon"), self.socket], env=environment,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        if self.process.stdout.readline().strip() != self.socket:
            raise RuntimeError("shim_daemon did not start")

    def environment(self):
        return dict(os.environ, LD_PRELOAD=preload(), MLOSIM_SOCKET=self.socket)

    def stop(self):
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()


def rerun_under_shim():
    """Starts a daemon and this program once more, under the shim. Returns in the second run only."""
    if "MLOSIM_SOCKET" in os.environ:
        return
    daemon = Daemon()
    code = subprocess.call([sys.executable, *sys.argv], env=daemon.environment())
    daemon.stop()
    sys.exit(code)
