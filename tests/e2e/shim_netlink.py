"""A netlink socket under the shim is a netlink socket: Python's own AF_NETLINK, nothing else."""
import array
import errno
import fcntl
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
import unittest

from harness import shim, tap

ECHO, DUMP, FLOOD = 0x100, 0x101, 0x102
NLM_F_REQUEST, NLM_F_ACK = 1, 4
SOL_NETLINK = 270
ADD_MEMBERSHIP, DROP_MEMBERSHIP, PKTINFO, NO_ENOBUFS, LIST_MEMBERSHIPS, CAP_ACK, EXT_ACK = 1, 2, 3, 5, 9, 10, 11
SO_PROTOCOL, SO_DOMAIN = 38, 39


def netlink(protocol=16, kind=socket.SOCK_RAW):
    return socket.socket(socket.AF_NETLINK, kind, protocol)


def message(kind, payload=b"", flags=NLM_F_REQUEST, sequence=1):
    return struct.pack("=IHHII", 16 + len(payload), kind, flags, sequence, 0) + payload


def echo(s, payload=b"payload!", sequence=1):
    s.send(message(ECHO, payload, sequence=sequence))
    return s.recv(65536)


def flood(group, count, size):
    """From a socket of its own; returns once the daemon has acknowledged."""
    with netlink() as s:
        s.send(message(FLOOD, struct.pack("=III", group, count, size), NLM_F_REQUEST | NLM_F_ACK))
        return struct.unpack_from("=IHHIIi", s.recv(4096))[5]


class Datagrams(unittest.TestCase):
    def setUp(self):
        self.s = netlink()
        self.addCleanup(self.s.close)

    def test_the_sender_is_the_kernel(self):
        self.s.send(message(ECHO))
        data, sender = self.s.recvfrom(4096)
        self.assertEqual(sender, (0, 0))
        self.assertEqual(len(data), 16)

    def test_a_request_with_ack_gets_two_datagrams(self):
        self.s.send(message(ECHO, b"abcd", NLM_F_REQUEST | NLM_F_ACK, 77))
        reply, ack = self.s.recv(4096), self.s.recv(4096)
        self.assertEqual(struct.unpack_from("=IHHII", reply)[:4], (20, ECHO, 5, 77))
        self.assertEqual(struct.unpack_from("=IHHIIi", ack)[1:6], (2, 0, 77, self.s.getsockname()[0], 0))

    def test_peeking_leaves_the_datagram_there(self):
        self.s.send(message(ECHO, b"abcd"))
        self.assertEqual(self.s.recv(4096, socket.MSG_PEEK), self.s.recv(4096))

    def test_trunc_tells_the_real_length(self):
        self.s.send(message(ECHO, bytes(100)))
        buffer = bytearray(10)
        self.assertEqual(self.s.recv_into(buffer, 10, socket.MSG_PEEK | socket.MSG_TRUNC), 116)
        data, _, flags, _ = self.s.recvmsg(20)
        self.assertEqual((len(data), flags & socket.MSG_TRUNC), (20, socket.MSG_TRUNC))

    def test_a_whole_datagram_carries_no_trunc_flag(self):
        self.s.send(message(ECHO, bytes(100)))
        self.assertEqual(self.s.recvmsg(116)[2], 0)

    def test_many_pieces_are_gathered_and_scattered(self):
        request = message(ECHO, bytes(range(100)))
        self.s.sendmsg([request[i:i + 1] for i in range(len(request))])
        pieces = [bytearray(3) for _ in range(40)]
        self.assertEqual(self.s.recvmsg_into(pieces)[0], 116)
        self.assertEqual(b"".join(pieces)[16:116], bytes(range(100)))

    def test_read_and_write_work_too(self):
        os.write(self.s.fileno(), message(ECHO, b"abcd"))
        self.assertEqual(os.read(self.s.fileno(), 100)[16:], b"abcd")
        os.writev(self.s.fileno(), [message(ECHO, b"abcd")[:7], message(ECHO, b"abcd")[7:]])
        pieces = [bytearray(16), bytearray(16)]
        self.assertEqual(os.readv(self.s.fileno(), pieces), 20)
        self.assertEqual(pieces[1][:4], b"abcd")

    def test_an_answer_is_there_once_send_returns(self):
        for _ in range(200):
            self.s.send(message(ECHO))
            self.assertEqual(len(self.s.recv(100, socket.MSG_DONTWAIT)), 16)
        with self.assertRaises(BlockingIOError):
            self.s.recv(100, socket.MSG_DONTWAIT)

    def test_a_non_blocking_socket_sends_and_receives(self):
        s = netlink(kind=socket.SOCK_RAW | socket.SOCK_NONBLOCK)
        self.addCleanup(s.close)
        self.assertFalse(s.getblocking())
        with self.assertRaises(BlockingIOError):
            s.recv(100)
        for i in range(3000):  # more than the socket's buffer holds: the kernel takes them all
            s.send(message(ECHO, sequence=i))
            self.assertEqual(struct.unpack_from("=I", s.recv(100), 8)[0], i)

    def test_a_receive_times_out(self):
        self.s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", 0, 150000))
        began = time.monotonic()
        with self.assertRaises(BlockingIOError):
            self.s.recv(100)
        self.assertGreater(time.monotonic() - began, 0.14)
        self.assertLess(time.monotonic() - began, 2)

    def test_poll_sees_what_there_is_to_read(self):
        self.assertEqual(select.select([self.s], [], [], 0)[0], [])
        self.s.send(message(ECHO))
        self.assertEqual(select.select([self.s], [], [], 5)[0], [self.s])

    def test_what_the_kernel_refuses_is_refused(self):
        for to, code in (((4711, 0), errno.ECONNREFUSED), ((0, 1), errno.EPERM)):
            with self.assertRaises(OSError) as caught:
                self.s.sendto(message(ECHO), to)
            self.assertEqual(caught.exception.errno, code)
        with self.assertRaises(OSError) as caught:
            self.s.send(b"")
        self.assertEqual(caught.exception.errno, errno.ENODATA)
        with self.assertRaises(OSError) as caught:
            self.s.send(bytes(1 << 20))
        self.assertEqual(caught.exception.errno, errno.EMSGSIZE)

    def test_a_long_dump_waits_for_its_reader(self):
        parts, size = 2000, 3000  # 6 MB through a buffer of 200 kB
        self.s.send(message(DUMP, struct.pack("=II", parts, size), sequence=9))
        time.sleep(0.2)
        for _ in range(parts):
            length, kind, _, sequence, _ = struct.unpack_from("=IHHII", self.s.recv(65536))
            self.assertEqual((length, kind, sequence), (size + 16, DUMP, 9))
        self.assertEqual(struct.unpack_from("=IH", self.s.recv(65536))[1], 3)
        self.assertEqual(len(echo(self.s)), 24)

    def test_a_second_socket_is_served_while_the_first_does_not_read_its_dump(self):
        self.s.send(message(DUMP, struct.pack("=II", 100000, 3000)))
        with netlink() as other:
            for _ in range(100):
                self.assertEqual(len(echo(other)), 24)


class Names(unittest.TestCase):
    def test_the_first_socket_gets_the_process_id(self):
        code = ("import socket,os; s=socket.socket(16,3,16); assert s.getsockname()==(0,0); s.bind((0,0));"
                "assert s.getsockname()==(os.getpid(),0), s.getsockname();"
                "t=socket.socket(16,3,16); t.bind((0,0)); assert t.getsockname()[0] not in (0,os.getpid())")
        subprocess.run([sys.executable, "-c", code], check=True)

    def test_a_send_binds(self):
        with netlink() as s:
            echo(s)
            self.assertNotEqual(s.getsockname()[0], 0)

    def test_bind_as_the_kernel_does_it(self):
        with netlink() as first, netlink() as second:
            first.bind((123456, 0))
            self.assertEqual(first.getsockname(), (123456, 0))
            with self.assertRaises(OSError) as caught:
                second.bind((123456, 0))
            self.assertEqual(caught.exception.errno, errno.EADDRINUSE)
            with self.assertRaises(OSError) as caught:
                first.bind((123457, 0))
            self.assertEqual(caught.exception.errno, errno.EINVAL)

    def test_connect_binds_and_knows_only_the_kernel(self):
        with netlink() as s:
            s.connect((0, 0))
            self.assertNotEqual(s.getsockname()[0], 0)
            self.assertEqual(s.getpeername(), (0, 0))
            with self.assertRaises(ConnectionRefusedError):
                s.connect((4711, 0))

    def test_type_domain_and_protocol(self):
        for kind in (socket.SOCK_RAW, socket.SOCK_DGRAM):
            for protocol in (0, 16):
                with netlink(protocol, kind) as s:
                    facts = [s.getsockopt(socket.SOL_SOCKET, option) for option in (SO_DOMAIN, socket.SO_TYPE, SO_PROTOCOL)]
                    self.assertEqual(facts, [socket.AF_NETLINK, kind, protocol])
        with self.assertRaises(OSError) as caught:
            netlink(16, socket.SOCK_STREAM)
        self.assertEqual(caught.exception.errno, errno.ESOCKTNOSUPPORT)

    def test_protocols_that_are_not_simulated_go_to_the_kernel(self):
        with netlink(15) as s:  # KOBJECT_UEVENT
            s.bind((0, 1))
            self.assertEqual(s.getsockopt(socket.SOL_SOCKET, SO_DOMAIN), socket.AF_NETLINK)
        with self.assertRaises(OSError) as caught:
            netlink(31)
        self.assertEqual(caught.exception.errno, errno.EPROTONOSUPPORT)


class Options(unittest.TestCase):
    def setUp(self):
        self.s = netlink()
        self.addCleanup(self.s.close)

    def test_switches_keep_their_value(self):
        for option in (PKTINFO, NO_ENOBUFS, CAP_ACK, EXT_ACK, 4, 12):
            self.assertEqual(self.s.getsockopt(SOL_NETLINK, option), 0)
            self.s.setsockopt(SOL_NETLINK, option, 1)
            self.assertEqual(self.s.getsockopt(SOL_NETLINK, option), 1)
            self.s.setsockopt(SOL_NETLINK, option, 0)
            self.assertEqual(self.s.getsockopt(SOL_NETLINK, option), 0)
        with self.assertRaises(OSError) as caught:
            self.s.setsockopt(SOL_NETLINK, 99, 1)
        self.assertEqual(caught.exception.errno, errno.ENOPROTOOPT)

    def test_the_receive_buffer_doubles_as_in_the_kernel(self):
        self.s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 32768)
        self.assertEqual(self.s.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF), 65536)

    def test_members_get_multicasts_with_their_group(self):
        self.s.setsockopt(SOL_NETLINK, ADD_MEMBERSHIP, 3)
        self.assertEqual(flood(3, 1, 8), 0)
        data, _, _, sender = self.s.recvmsg(4096)
        self.assertEqual((len(data), sender), (24, (0, 1 << 2)))
        self.assertEqual(self.s.getsockname()[1], 1 << 2)
        self.s.setsockopt(SOL_NETLINK, DROP_MEMBERSHIP, 3)
        flood(3, 1, 8)
        with self.assertRaises(BlockingIOError):
            self.s.recv(100, socket.MSG_DONTWAIT)

    def test_bind_joins_groups(self):
        self.s.bind((0, 0b10))
        flood(2, 1, 8)
        self.assertEqual(self.s.recvfrom(100)[1], (0, 0b10))

    def test_memberships_can_be_listed(self):
        for group in (1, 33, 40):
            self.s.setsockopt(SOL_NETLINK, ADD_MEMBERSHIP, group)
        self.assertEqual(struct.unpack("=II", self.s.getsockopt(SOL_NETLINK, LIST_MEMBERSHIPS, 8)), (1, 1 | 1 << 7))

    def test_a_group_that_does_not_exist_is_refused(self):
        for group in (0, 65):
            with self.assertRaises(OSError) as caught:
                self.s.setsockopt(SOL_NETLINK, ADD_MEMBERSHIP, group)
            self.assertEqual(caught.exception.errno, errno.EINVAL)

    def test_packet_info_and_credentials_come_as_control_messages(self):
        self.s.setsockopt(SOL_NETLINK, PKTINFO, 1)
        self.s.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        self.s.setsockopt(SOL_NETLINK, ADD_MEMBERSHIP, 5)
        flood(5, 2, 8)
        _, controls, flags, _ = self.s.recvmsg(4096, 200)
        self.assertEqual([(level, kind, bytes(data)) for level, kind, data in controls],
                         [(SOL_NETLINK, PKTINFO, struct.pack("=I", 5)), (socket.SOL_SOCKET, 2, bytes(12))])
        self.assertEqual(flags & socket.MSG_CTRUNC, 0)
        self.assertNotEqual(self.s.recvmsg(4096, 8)[2] & socket.MSG_CTRUNC, 0)


class Overruns(unittest.TestCase):
    def read_all(self, s):
        """(datagrams, receives that failed with ENOBUFS), until there is nothing left."""
        got, lost = 0, 0
        while True:
            try:
                s.recv(65536, socket.MSG_DONTWAIT)
                got += 1
            except BlockingIOError:
                return got, lost
            except OSError as error:
                self.assertEqual(error.errno, errno.ENOBUFS)
                lost += 1

    def test_a_slow_listener_gets_enobufs_once_and_nobody_else_notices(self):
        with netlink() as slow, netlink() as quick:
            for s in (slow, quick):
                s.setsockopt(SOL_NETLINK, ADD_MEMBERSHIP, 7)
            slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16384)
            quick.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 17)
            for _ in range(10):
                self.assertEqual(flood(7, 50, 200), 0)
                self.assertEqual(self.read_all(quick), (50, 0))
            got, lost = self.read_all(slow)
            self.assertGreater(got, 10)
            self.assertLess(got, 100)
            self.assertEqual(lost, 1)
            flood(7, 2, 200)  # it is a listener like any other again
            self.assertEqual(self.read_all(slow), (2, 0))

    def test_no_enobufs_if_the_program_wants_none(self):
        with netlink() as s:
            s.setsockopt(SOL_NETLINK, ADD_MEMBERSHIP, 8)
            s.setsockopt(SOL_NETLINK, NO_ENOBUFS, 1)
            flood(8, 2000, 1000)
            got, lost = self.read_all(s)
            self.assertGreater(got, 10)
            self.assertEqual(lost, 0)

    def test_answers_are_not_lost_while_events_are(self):
        with netlink() as s:
            s.setsockopt(SOL_NETLINK, ADD_MEMBERSHIP, 9)
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            flood(9, 1000, 1000)
            s.send(message(ECHO, sequence=5))
            answers = 0
            for _ in range(1000):
                try:
                    data = s.recv(65536, socket.MSG_DONTWAIT)
                    answers += struct.unpack_from("=IHHI", data)[1:4:2] == (ECHO, 5)
                except BlockingIOError:
                    break
                except OSError as error:
                    self.assertEqual(error.errno, errno.ENOBUFS)
            self.assertEqual(answers, 1)


class Sharing(unittest.TestCase):
    def test_a_child_uses_its_parents_socket_and_its_own(self):
        with netlink() as s:
            echo(s)
            port = s.getsockname()[0]
            child = os.fork()
            if child == 0:
                try:
                    ok = s.getsockname()[0] == port and len(echo(s)) == 24
                    with netlink() as own:
                        ok = ok and len(echo(own)) == 24 and own.getsockname()[0] not in (0, port)
                finally:
                    os._exit(0 if ok else 1)
            self.assertEqual(os.waitpid(child, 0)[1], 0)
            self.assertEqual(len(echo(s)), 24)

    def test_a_socket_survives_exec(self):
        with netlink() as s:
            s.bind((0, 0))
            s.setsockopt(SOL_NETLINK, ADD_MEMBERSHIP, 11)
            code = ("import socket,struct,sys; s=socket.socket(fileno=int(sys.argv[1]));"
                    "assert (s.family,s.type,s.proto)==(16,3,16), s;"
                    "assert s.getsockname()==(int(sys.argv[2]),1<<10), s.getsockname();"
                    "s.send(struct.pack('=IHHII',20,0x100,1,3,0)+b'exec'); assert s.recv(100)[16:]==b'exec'")
            subprocess.run([sys.executable, "-c", code, str(s.fileno()), str(s.getsockname()[0])], pass_fds=[s.fileno()],
                           check=True)

    def test_duplicates_are_the_same_socket(self):
        with netlink() as s:
            s.bind((0, 0))
            for copy in (s.dup(), socket.socket(fileno=fcntl.fcntl(s, fcntl.F_DUPFD, 200)),
                         socket.socket(fileno=os.dup2(s.fileno(), 300))):
                with copy:
                    self.assertEqual(copy.getsockname(), s.getsockname())
                    copy.send(message(ECHO, b"dup."))
                    self.assertEqual(s.recv(100)[16:], b"dup.")

    def test_a_number_that_was_a_netlink_socket_can_become_a_file(self):
        s = netlink()
        number = s.detach()
        read_end, write_end = os.pipe()
        os.dup2(write_end, number)
        os.write(number, b"pipe")
        self.assertEqual(os.read(read_end, 100), b"pipe")
        os.close(number)
        self.assertEqual(os.dup2(read_end, number), number)
        os.write(write_end, b"again")
        self.assertEqual(os.read(number, 100), b"again")
        for fd in (number, read_end, write_end):
            os.close(fd)

    def test_threads_with_a_socket_each(self):
        failures = []

        def work(number):
            try:
                with netlink() as s:
                    for i in range(300):
                        payload = struct.pack("=II", number, i)
                        if echo(s, payload, i)[16:] != payload:
                            raise RuntimeError("somebody else's answer")
            except Exception as error:  # noqa: BLE001
                failures.append(error)

        threads = [threading.Thread(target=work, args=(i,)) for i in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        self.assertEqual(failures, [])

    def test_many_sockets_at_once(self):
        sockets = [netlink(protocol) for protocol in (0, 16) for _ in range(150)]
        for s in sockets:
            s.send(message(ECHO))
        self.assertEqual(len({s.getsockname()[0] for s in sockets[:150]}), 150)
        for s in sockets:
            self.assertEqual(len(s.recv(100)), 16)
            s.close()

    def test_an_ordinary_unix_socket_is_left_alone(self):
        a, b = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        a.send(b"x")
        self.assertEqual(b.recv(10), b"x")
        socket.send_fds(a, [b"fd"], [0])
        _, fds, _, _ = socket.recv_fds(b, 10, 1)
        os.close(fds[0])
        a.close()
        b.close()


class Daemonless(unittest.TestCase):
    def run_code(self, daemon, code):
        return subprocess.Popen([sys.executable, "-c", code], env=daemon.environment(), stdout=subprocess.PIPE, text=True)

    def test_a_program_is_told_when_the_daemon_dies(self):
        daemon = shim.Daemon()
        code = ("import socket,struct\ns=socket.socket(16,3,16); s.bind((0,0)); print('up',flush=True)\n"
                "for f in (lambda:s.recv(100), lambda:s.send(bytes(20)), lambda:s.bind((1,1)), lambda:s.getsockname(),\n"
                "          lambda:socket.socket(16,3,16)):\n"
                "    try: print('got',f())\n"
                "    except OSError as e: print(e.errno)")
        program = self.run_code(daemon, code)
        self.assertEqual(program.stdout.readline(), "up\n")
        time.sleep(0.1)
        daemon.kill()
        out = program.communicate(timeout=20)[0].split()
        self.assertEqual(out, [str(errno.ECONNREFUSED)] * 5)

    def test_a_program_that_keeps_asking_after_the_daemon_died_is_ended(self):
        daemon = shim.Daemon()
        loops = ("import select,signal,socket\n%s\ns=socket.socket(16,3,16); s.bind((0,0)); print('up',flush=True)\n"
                 "while True:\n"
                 "    select.select([s],[],[])\n"
                 "    try: s.recv(100)\n"
                 "    except OSError: pass")
        polite = self.run_code(daemon, loops % "")
        stubborn = self.run_code(daemon, loops % "signal.signal(signal.SIGTERM, signal.SIG_IGN)")
        for program in (polite, stubborn):
            self.assertEqual(program.stdout.readline(), "up\n")
        daemon.kill()
        polite.communicate(timeout=20)
        stubborn.communicate(timeout=20)
        self.assertEqual(polite.returncode, -signal.SIGTERM)
        self.assertEqual(stubborn.returncode, 1)

    def test_without_the_variable_the_shim_does_nothing(self):
        environment = {key: value for key, value in os.environ.items() if key != "MLOSIM_SOCKET"}
        code = "import socket; s=socket.socket(16,3,0); s.bind((0,0)); print(s.getsockopt(1,39)); socket.if_nametoindex('lo')"
        out = subprocess.run([sys.executable, "-c", code], env=environment, check=True, stdout=subprocess.PIPE, text=True)
        self.assertEqual(out.stdout, "16\n")


if __name__ == "__main__":
    shim.rerun_under_shim()
    tap.main()
