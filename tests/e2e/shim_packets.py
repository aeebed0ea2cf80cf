"""A packet socket under the shim is a packet socket: Python's own AF_PACKET. The device sim0 receives what is sent to it."""
import ctypes
import errno
import os
import select
import socket
import struct
import subprocess
import sys
import unittest

from harness import shim, tap

ALL, EAPOL, IP = 3, 0x888E, 0x0800
OWN = bytes.fromhex("020000000007")
SOL_PACKET, STATISTICS = 263, 6


def packets(kind=socket.SOCK_RAW, protocol=ALL, bound=True):
    s = socket.socket(socket.AF_PACKET, kind, socket.htons(protocol))
    if bound:
        s.bind(("sim0", protocol))
    return s


def ethernet(protocol, payload=b"x" * 50, to=OWN, sender=b"\2\0\0\0\0\x99"):
    return to + sender + struct.pack("!H", protocol) + payload


def attach(s, *steps):
    """A classic BPF program: (code, jt, jf, k) a step."""
    code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in steps))
    s.setsockopt(socket.SOL_SOCKET, 26, struct.pack("HP", len(steps), ctypes.addressof(code)))


class PacketSockets(unittest.TestCase):
    def open(self, *arguments, **more):
        s = packets(*arguments, **more)
        self.addCleanup(s.close)
        s.settimeout(10)
        return s

    def nothing(self, s):
        self.assertEqual(select.select([s], [], [], 0.05)[0], [])

    def test_a_frame_arrives_whole_with_its_sender(self):
        s, other = self.open(), self.open()
        frame = ethernet(IP)
        self.assertEqual(other.send(frame), len(frame))
        data, name = s.recvfrom(2000)
        self.assertEqual(data, frame)
        self.assertEqual(name, ("sim0", IP, socket.PACKET_HOST, 1, b"\2\0\0\0\0\x99"))

    def test_a_socket_tells_what_it_is(self):
        s = self.open(protocol=EAPOL)
        self.assertEqual(s.getsockname(), ("sim0", EAPOL, 0, 1, OWN))
        facts = [s.getsockopt(socket.SOL_SOCKET, option) for option in (39, socket.SO_TYPE, 38)]
        self.assertEqual(facts, [socket.AF_PACKET, socket.SOCK_RAW, socket.htons(EAPOL)])

    def test_only_the_protocol_that_was_asked_for_is_heard(self):
        s, other = self.open(protocol=EAPOL), self.open()
        other.send(ethernet(IP))
        other.send(ethernet(EAPOL, b"key"))
        self.assertEqual(s.recv(2000)[12:], b"\x88\x8ekey")
        self.nothing(s)

    def test_a_protocol_of_zero_hears_nothing(self):
        s, other = self.open(protocol=0), self.open()
        other.send(ethernet(IP))
        self.nothing(s)

    def test_cooked_sockets_neither_see_nor_write_the_header(self):
        s, raw = self.open(socket.SOCK_DGRAM, EAPOL), self.open()
        s.sendto(b"cooked payload", ("sim0", EAPOL, 0, 0, b"\2\0\0\0\0\x55"))
        self.assertEqual(raw.recv(2000), b"\2\0\0\0\0\x55" + OWN + b"\x88\x8ecooked payload")
        self.assertEqual(s.recv(2000), b"cooked payload")  # sim0 gives back what it is sent
        raw.send(ethernet(EAPOL, b"answer"))
        data, name = s.recvfrom(2000)
        self.assertEqual((data, name[1], name[4]), (b"answer", EAPOL, b"\2\0\0\0\0\x99"))

    def test_kinds_of_frames(self):
        s, other = self.open(), self.open()
        for to, kind in ((OWN, 0), (b"\xff" * 6, 1), (b"\1\0\x5e\0\0\1", 2), (b"\2\0\0\0\0\x42", 3)):
            other.send(ethernet(IP, to=to))
            self.assertEqual(s.recvfrom(2000)[1][2], kind)

    def test_peek_and_trunc(self):
        s, other = self.open(), self.open()
        other.send(ethernet(IP, bytes(100)))
        self.assertEqual(s.recv_into(bytearray(10), 10, socket.MSG_PEEK | socket.MSG_TRUNC), 114)
        data, _, flags, _ = s.recvmsg(20)
        self.assertEqual((len(data), flags & socket.MSG_TRUNC), (20, socket.MSG_TRUNC))

    def test_errors_of_sends_come_back(self):
        s = self.open()
        with self.assertRaises(OSError) as caught:
            s.send(bytes(2000))
        self.assertEqual(caught.exception.errno, errno.EMSGSIZE)
        unbound = self.open(bound=False)
        with self.assertRaises(OSError) as caught:
            unbound.send(ethernet(IP))
        self.assertEqual(caught.exception.errno, errno.ENXIO)

    def test_a_filter_sees_the_frame_where_it_expects_it(self):
        s, other = self.open(), self.open()
        attach(s, (0x28, 0, 0, 12), (0x15, 0, 1, EAPOL), (0x06, 0, 0, 262144), (0x06, 0, 0, 0))
        other.send(ethernet(IP))
        other.send(ethernet(EAPOL, b"wanted"))
        self.assertEqual(s.recv(2000)[14:], b"wanted")
        self.nothing(s)

    def test_a_filter_may_keep_a_part(self):
        s, other = self.open(), self.open()
        attach(s, (0x06, 0, 0, 20))
        other.send(ethernet(IP))
        self.assertEqual(s.recv(2000), ethernet(IP)[:20])

    def test_a_filter_may_look_at_kind_and_protocol(self):
        s, other = self.open(), self.open()
        attach(s, (0x30, 0, 0, 0xFFFFF004), (0x15, 0, 1, 3), (0x06, 0, 0, 262144), (0x06, 0, 0, 0))
        other.send(ethernet(IP))
        other.send(ethernet(IP, b"theirs", to=b"\2\0\0\0\0\x42"))
        self.assertEqual(s.recv(2000)[14:], b"theirs")
        self.nothing(s)

    def test_filters_that_cannot_be_moved_are_refused(self):
        s = self.open()
        for steps in (((0x80, 0, 0, 0), (0x16, 0, 0, 0)), ((0x20, 0, 0, 0xFFFFF008), (0x06, 0, 0, 1))):
            with self.assertRaises(OSError) as caught:
                attach(s, *steps)
            self.assertEqual(caught.exception.errno, errno.EOPNOTSUPP)

    def test_statistics_count(self):
        s, other = self.open(), self.open()
        for _ in range(3):
            other.send(ethernet(IP))
        for _ in range(3):
            s.recv(2000)
        self.assertEqual(struct.unpack("=II", s.getsockopt(SOL_PACKET, STATISTICS, 8)), (3, 0))

    def test_a_reader_that_sleeps_loses_frames_and_nothing_else(self):
        s, other = self.open(), self.open()
        for _ in range(1000):
            other.send(ethernet(IP, bytes(1000)))
        got, lost = struct.unpack("=II", s.getsockopt(SOL_PACKET, STATISTICS, 8))
        self.assertEqual(got, 1000)
        self.assertGreater(lost, 0)
        self.assertEqual(len(s.recv(2000)), 1014)

    def test_a_socket_survives_fork_and_exec(self):
        s, other = self.open(), self.open()
        code = ("import socket,sys; s=socket.socket(fileno=int(sys.argv[1])); assert s.family==socket.AF_PACKET;"
                "assert s.getsockname()[0]=='sim0'; assert len(s.recv(2000))==64")
        other.send(ethernet(IP))
        subprocess.run([sys.executable, "-c", code, str(s.fileno())], pass_fds=[s.fileno()], check=True)

    def test_bound_to_a_device_of_the_kernels_it_is_the_kernels(self):
        try:
            real = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
            real.bind(("lo", 0))
            real.close()
        except PermissionError:
            tap.say("the kernel gives this user no packet sockets")
            return
        s = self.open(bound=False)
        s.bind(("lo", ALL))
        self.assertEqual(s.getsockname()[0], "lo")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(b"over the loopback", ("127.0.0.1", 9))
        while b"over the loopback" not in s.recv(2000):
            pass
        self.assertEqual(os.readlink(f"/proc/self/fd/{s.fileno()}").split(":")[0], "socket")

    def test_a_device_that_nobody_has_is_refused(self):
        s = self.open(bound=False)
        with self.assertRaises(OSError) as caught:
            s.bind(("nodevice", ALL))
        self.assertEqual(caught.exception.errno, errno.ENODEV)


if __name__ == "__main__":
    shim.rerun_under_shim()
    tap.main()
