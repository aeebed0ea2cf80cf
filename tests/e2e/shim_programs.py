"""Whole programs under the shim: a C client, shells and coreutils, an older C library's demands; and a thousand clients that die."""
import os
import pathlib
import re
import subprocess
import sys
import unittest

from harness import dying_clients, programs, shim, tap

DEVICE = "/sys/class/net/sim0"


class WithDaemon(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.daemon = shim.Daemon()

    @classmethod
    def tearDownClass(cls):
        cls.daemon.stop()

    def run_under(self, *command, **options):
        return subprocess.run(command, env=self.daemon.environment(), capture_output=True, text=True, timeout=60, **options)


class CProgram(WithDaemon):
    def test_all_its_cases_hold(self):
        got = self.run_under(programs.built("tests/e2e/shim/shim_calls"))
        tap.say(got.stdout)
        self.assertEqual((got.returncode, got.stderr), (0, ""))
        self.assertEqual(len(re.findall(r"^ok ", got.stdout, re.M)), 17)


class Shells(WithDaemon):
    def output(self, script, shell="bash"):
        got = self.run_under(shell, "-c", script)
        return got.stdout, got.stderr, got.returncode

    def test_read_files_and_links(self):
        self.assertEqual(self.output(f"cat {DEVICE}/address; readlink {DEVICE}; realpath {DEVICE}")[0],
                         "02:00:00:00:00:07\n../../devices/virtual/net/sim0\n/sys/devices/virtual/net/sim0\n")

    def test_are_told_what_the_kernel_tells(self):
        for command, text in ((f"cat {DEVICE}/carrier", "Invalid argument"), (f"cat {DEVICE}/none", "No such file"),
                              (f"ls {DEVICE}/none", "No such file"), (f"cat {DEVICE}", "Is a directory")):
            out, err, code = self.output(command)
            self.assertEqual((out, code != 0), ("", True), command)
            self.assertIn(text, err, command)

    def test_write_files_with_their_builtin_echo(self):
        for shell in ("bash", "dash"):
            self.assertEqual(self.output(f"echo from {shell} > {DEVICE}/ifalias; cat {DEVICE}/ifalias", shell)[0],
                             f"from {shell}\n")
        self.assertEqual(self.output(f"printf by-tee | tee {DEVICE}/ifalias > /dev/null; cat {DEVICE}/ifalias")[0], "by-tee")
        out, err, code = self.output(f"echo x > {DEVICE}/address")
        self.assertNotEqual(code, 0)
        self.assertIn("Permission denied", err)

    def test_walk_directories(self):
        out = self.output(f"cd {DEVICE} && ls && cat address && cd .. && cat sim0/mtu")[0].split()
        self.assertEqual(out, ["address", "carrier", "ifalias", "mtu", "subsystem", "02:00:00:00:00:07", "1500"])
        self.assertEqual(self.output("echo /sys/class/net/sim*/m?u")[0], f"{DEVICE}/mtu\n")
        found = self.output("find /sys/devices/virtual/net/sim0 | sort")[0].split()
        self.assertEqual(len(found), 6)
        listed = self.output(f"ls -l {DEVICE}/")
        self.assertEqual(listed[1], "")
        self.assertIn("subsystem -> ../../../../class/net", listed[0])

    def test_see_simulated_devices_beside_the_kernels(self):
        self.assertLessEqual({"lo", "sim0"}, set(self.output("ls /sys/class/net")[0].split()))
        self.assertEqual(self.output("cat /sys/class/net/lo/ifindex")[0], "1\n")


class PythonProgram(WithDaemon):
    def test_uses_simulated_files_as_any(self):
        code = f"""
import os, glob, socket
assert 'sim0' in os.listdir('/sys/class/net')
assert glob.glob('/sys/class/net/sim0/addr*') == ['{DEVICE}/address']
assert open('{DEVICE}/address').read() == '02:00:00:00:00:07\\n'
assert (7, 'sim0') in socket.if_nameindex() and socket.if_nametoindex('sim0') == 7
assert os.path.realpath('{DEVICE}/mtu') == '/sys/devices/virtual/net/sim0/mtu'
assert os.path.islink('{DEVICE}') and os.path.isdir('{DEVICE}') and not os.path.exists('{DEVICE}/none')
with open('{DEVICE}/ifalias', 'w') as f: f.write('python')
assert open('{DEVICE}/ifalias').read() == 'python'
for what in (lambda: open('{DEVICE}/carrier').read(), lambda: os.write(os.open('{DEVICE}/ifalias', os.O_WRONLY), b'bad\\n')):
    try: what()
    except OSError as error: assert error.errno == 22
    else: raise AssertionError('no error')
"""
        got = self.run_under(sys.executable, "-c", code)
        self.assertEqual((got.returncode, got.stderr), (0, ""))


class TheLibrary(unittest.TestCase):
    def test_needs_no_newer_c_library_than_2_31(self):
        out = subprocess.run(["objdump", "-T", shim.preload()], check=True, capture_output=True, text=True).stdout
        versions = {tuple(map(int, v.split("."))) for v in re.findall(r"GLIBC_([0-9.]+)", out)}
        self.assertTrue(versions)
        self.assertLessEqual(max(versions), (2, 31), "needed by: " + out)

    def test_needs_nothing_but_the_c_library(self):
        out = subprocess.run(["objdump", "-p", shim.preload()], check=True, capture_output=True, text=True).stdout
        self.assertEqual(set(re.findall(r"NEEDED\s+(\S+)", out)), {"libc.so.6", "libdl.so.2"})

    def test_exports_only_functions_of_the_c_library(self):
        def defined(path):
            out = subprocess.run(["nm", "-D", "--defined-only", path], check=True, capture_output=True, text=True).stdout
            return {line.split()[-1].split("@")[0] for line in out.splitlines()}
        # Names that only newer C libraries have; a program that asks for one has such a library.
        newer = {"arc4random", "arc4random_buf", "arc4random_uniform", "epoll_pwait2"}
        newer |= {"__isoc23_" + name for name in ("fscanf", "scanf", "vfscanf", "vscanf")}
        self.assertEqual(defined(shim.preload()) - defined(libc()) - newer, set())


def libc():
    for line in pathlib.Path("/proc/self/maps").read_text().splitlines():
        if re.search(r"/libc\.so\.6$|/libc-[0-9.]+\.so$", line):
            return line.split()[-1]
    raise RuntimeError("which C library is this?")


class DyingClients(unittest.TestCase):
    def test_leave_neither_descriptors_nor_memory_behind(self):
        daemon = shim.Daemon()
        try:
            tap.say(dying_clients.check(self, daemon.socket, daemon.process.pid))
            code = "import socket,struct; s=socket.socket(16,3,16); s.send(struct.pack('=IHHII',16,0x100,1,3,0)); assert len(s.recv(99))==16"
            subprocess.run([sys.executable, "-c", code], env=daemon.environment(), check=True, timeout=20)
        finally:
            daemon.stop()


if __name__ == "__main__":
    tap.main()
