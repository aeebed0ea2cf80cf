#!/usr/bin/env python3
"""Programs that behave badly, and programs without the shim, against a real world."""
import errno
import os
import pathlib
import re
import socket
import stat
import struct
import subprocess
import sys
import textwrap
import time
import unittest

from harness import dying_clients, netlink, tap
from harness.world import PATIENCE, World, radios

NL80211_CMD_GET_INTERFACE, NL80211_CMD_SET_INTERFACE = 5, 6
# A daemon built with the address sanitizer must give memory back at once: tests look at how much it has.
os.environ["ASAN_OPTIONS"] = ":".join(filter(None, [os.environ.get("ASAN_OPTIONS"), "quarantine_size_mb=0",
                                                    "thread_local_quarantine_size_kb=0"]))
HERE = pathlib.Path(__file__).resolve().parent


def world(**more):
    return World({"clock": "real", "radios": radios(3)}, **more)


class Killed(unittest.TestCase):
    def test_a_thousand_clients_leave_nothing_behind(self):
        with world() as w:
            tap.say(dying_clients.check(self, w.socket, w.process.pid))
            self.assertEqual(w.run("iw", "dev").code, 0)


class Flooding(unittest.TestCase):
    def test_a_program_that_floods_starves_nobody(self):
        """One asks a million times without waiting; meanwhile another has its answers as they come."""
        bench = pathlib.Path(os.environ["MLOSIM_BUILD"]) / "tests" / "bench" / "shim_get_interface"
        requests = 50_000 if os.environ.get("MLOSIM_SANITIZED") == "1" else 1_000_000
        with world() as w:
            flood = subprocess.Popen(w.command(bench, "flood", requests), env=w.environment(), stdout=subprocess.PIPE,
                                     encoding="utf-8")
            longest = []
            while flood.poll() is None:
                outcome = w.run(bench, "200")
                self.assertEqual(outcome.code, 0, outcome)
                longest.append(float(re.search(r"longest ([0-9.]+) ms", outcome.out).group(1)))
            self.assertEqual(flood.returncode, 0)
            self.assertGreater(len(longest), 1, "the flood was over at once")
            self.assertLess(max(longest), PATIENCE * 1000 / 10)
            tap.say(f"flood: {flood.stdout.read().strip()}; {200 * len(longest)} round trips of another program "
                    f"meanwhile, the longest {max(longest):.1f} ms")
            self.assertEqual(w.run("iw", "dev").code, 0)


class Stalled(unittest.TestCase):
    def test_a_slow_listener_gets_enobufs_and_nobody_else_notices(self):
        """Three listeners; one does not read. Thousands of events later it has lost some, once, and the others none."""
        with world() as w:
            outcome = subprocess.run(
                w.command(sys.executable, "-c", textwrap.dedent("""
                    import errno, os, socket, struct, subprocess, sys
                    from harness import netlink
                    def listener():
                        s = netlink.GenericSocket()
                        number, groups = s.family("nl80211")
                        s.join(groups["config"])
                        s.socket.setblocking(False)
                        return s.socket
                    def drain(s):
                        events = lost = 0
                        while True:
                            try:
                                s.recv(65536)
                                events += 1
                            except BlockingIOError:
                                return events, lost
                            except OSError as error:
                                assert error.errno == errno.ENOBUFS, error
                                lost += 1
                    slow, first, second = listener(), listener(), listener()
                    slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
                    worker = netlink.GenericSocket()
                    nl80211, _ = worker.family("nl80211")
                    index = socket.if_nametoindex("wlan0")
                    heard = [0, 0]
                    rounds = 400
                    for i in range(rounds):
                        for kind in (6, 2):   # monitor, station: one event each
                            worker.ask(nl80211, 6, netlink.attribute(3, struct.pack("=I", index)) + netlink.attribute(5, struct.pack("=I", kind)))
                        for n, s in enumerate((first, second)):
                            events, lost = drain(s)
                            assert lost == 0, lost
                            heard[n] += events
                    assert heard == [2 * rounds, 2 * rounds], heard
                    events, lost = drain(slow)
                    print("the slow listener read", events, "of", 2 * rounds, "events and got ENOBUFS", lost, "time(s)")
                    assert lost == 1 and 0 < events < 2 * rounds, (events, lost)
                    worker.ask(nl80211, 6, netlink.attribute(3, struct.pack("=I", index)) + netlink.attribute(5, struct.pack("=I", 6)))
                    assert drain(slow) == (1, 0)   # a listener like any other again
                """)), env=dict(w.environment(), PYTHONPATH=str(HERE)), capture_output=True, text=True, timeout=PATIENCE * 4)
            tap.say(outcome.stdout)
            self.assertEqual((outcome.returncode, outcome.stderr), (0, ""))

    def test_a_client_that_never_reads_its_dumps_stops_nobody(self):
        with world() as w:
            code = """
                import socket, struct, time
                from harness import netlink
                s = netlink.GenericSocket()
                number, _ = s.family("nl80211")
                s.socket.setblocking(False)
                print("ready", flush=True)
                for i in range(100000):
                    try: s.socket.send(netlink.genl(number, 1, 0x301, i, netlink.attribute(174, b"")))
                    except OSError: break
                time.sleep(100)
            """
            env = dict(w.environment(), PYTHONPATH=str(HERE))
            stuck = [subprocess.Popen(w.command(sys.executable, "-c", textwrap.dedent(code)), env=env, stdout=subprocess.PIPE)
                     for _ in range(3)]
            for program in stuck:
                program.stdout.readline()
            for _ in range(10):
                self.assertEqual(w.run("iw", "dev").code, 0)
            memory = w.memory_kb()
            self.assertLess(memory, 400000 if os.environ.get("MLOSIM_SANITIZED") == "1" else 60000)
            for program in stuck:
                program.kill()
                program.wait()
                program.stdout.close()
            self.assertEqual(w.run("iw", "dev").code, 0)


class Strangers(unittest.TestCase):
    def test_the_socket_is_this_users_alone(self):
        with world() as w:
            self.assertEqual(stat.S_IMODE(w.socket.stat().st_mode), 0o600)
            self.assertEqual(stat.S_IMODE(w.socket.parent.stat().st_mode), 0o700)

    def test_another_user_is_turned_away(self):
        if os.geteuid() != 0:
            tap.say("only root can become another user: the mode of the socket is all that is looked at")
            return
        with world() as w:
            os.chmod(w.directory, 0o755)
            os.chmod(w.socket.parent, 0o755)
            os.chmod(w.socket, 0o666)  # as if somebody had opened the door: the peer is still looked at
            child = os.fork()
            if child == 0:
                try:
                    os._exit(self.answers(str(w.socket)))
                finally:
                    os._exit(99)
            self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), 0)
            self.assertEqual(w.run("iw", "dev").code, 0)

    @staticmethod
    def answers(path):
        """As nobody: how many bytes the daemon answers to a good greeting."""
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)
        with netlink.connect(path) as client:
            client.settimeout(PATIENCE)
            try:
                client.send(netlink.hello(cookie=int.from_bytes(client.getsockopt(socket.SOL_SOCKET, 57, 8), "little")))
                return len(client.recv(100))
            except (BrokenPipeError, ConnectionResetError):
                return 0

    def test_rubbish_ends_only_the_connection_it_came_on(self):
        with world() as w:
            for size in (1, 31, 32, 33, 4096, 100000):
                with netlink.connect(w.socket) as client:
                    client.settimeout(PATIENCE)
                    client.send(os.urandom(size))
                    try:
                        self.assertEqual(client.recv(100), b"")
                    except ConnectionResetError:
                        pass
            self.assertEqual(w.run("iw", "dev").code, 0)


class WithoutTheShim(unittest.TestCase):
    """A program that sets its peer's port talks to the world over the kernel's own NETLINK_USERSOCK."""

    @classmethod
    def setUpClass(cls):
        cls.world = world()
        cls.world.__enter__()
        cls.port = cls.announced_port()

    @classmethod
    def announced_port(cls):
        """The port that mlosimd says it has, a moment after it listens."""
        for _ in range(PATIENCE * 20):
            words = re.search(r"NETLINK_USERSOCK, port (\d+)\n", cls.world.output())
            if words:
                return int(words.group(1))
            time.sleep(0.05)
        raise AssertionError("mlosimd has no NETLINK_USERSOCK: " + cls.world.output())

    @classmethod
    def tearDownClass(cls):
        cls.world.__exit__(None, None, None)

    def open(self):
        s = netlink.GenericSocket(netlink.NETLINK_USERSOCK, self.port)
        s.socket.settimeout(PATIENCE)
        self.addCleanup(s.socket.close)
        return s

    def test_families_are_found_and_their_interfaces_listed(self):
        s = self.open()
        number, groups = s.family("nl80211")
        self.assertIn("mlme", groups)
        names = set()
        for answer in s.ask(number, NL80211_CMD_GET_INTERFACE, dump=True):
            names.add(dict(netlink.attributes(answer[4:]))[4].rstrip(b"\0").decode())
        self.assertEqual(names, {"wlan0", "wlan1", "wlan2"})

    def test_errors_are_the_kernels(self):
        s = self.open()
        number, _ = s.family("nl80211")
        with self.assertRaises(OSError) as caught:
            s.ask(number, NL80211_CMD_GET_INTERFACE, netlink.attribute(3, struct.pack("=I", 4711)))
        self.assertEqual(caught.exception.errno, errno.ENODEV)

    def test_a_change_is_seen_by_programs_under_the_shim(self):
        s = self.open()
        number, _ = s.family("nl80211")
        index = int(self.world.run("cat", "/sys/class/net/wlan2/ifindex").out)
        s.ask(number, NL80211_CMD_SET_INTERFACE, netlink.attribute(3, struct.pack("=I", index)) + netlink.attribute(5, struct.pack("=I", 6)))
        self.assertIn("type monitor", self.world.run("iw", "dev", "wlan2", "info").out)

    def test_long_dumps_come_whole(self):
        s = self.open()
        number, _ = s.family("nl80211")
        split = netlink.attribute(174, b"")
        self.assertGreater(len(s.ask(number, 1, split, dump=True)), 30)


if __name__ == "__main__":
    tap.main()
