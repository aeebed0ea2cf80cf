"""The daemon's side of virtual time (src/host/time_wire.h) without a world: programs, turns, and a clock that moves when all are idle."""
import os
import selectors
import socket
import struct
import subprocess
import tempfile
import threading

from harness import shim

HELLO = struct.Struct("=IHHQiiiI")
JOIN = struct.Struct("=Ii16s")
FACTS = struct.Struct("=IIiI32s")
MESSAGE = struct.Struct("=IIq")
ROLE_TIME = 6
PROGRAM, THREAD, CHILD = 1, 2, 3
IDLE, WANT, SYNC, EXPECT, ADOPT, LEAVE, TURN, SYNCED = 1, 2, 3, 4, 5, 6, 16, 17
NEVER = 2**63 - 1
ENTROPY = 1
ENOTSUP = 95


class Participant:
    def __init__(self, connection, number, process, kind, name):
        self.connection, self.number, self.process, self.kind, self.name = connection, number, process, kind, name
        self.deadline = None  # has not said yet that it is idle
        self.adopted = kind != CHILD


class Process:
    def __init__(self, pid, virtual_pid):
        self.pid, self.virtual_pid = pid, virtual_pid
        self.connections = 0
        self.leaving = False


class TimeServer:
    """Serves one socket until it is stopped. `start_ns` is when the world begins."""

    def __init__(self, entropy=False, seed=0, realtime_offset=1_700_000_000_000_000_000, real=False):
        self.directory = tempfile.TemporaryDirectory(prefix="mlosim-")
        self.socket = os.path.join(self.directory.name, "socket")
        self.entropy, self.seed, self.real = entropy, seed, real
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.listener.bind(self.socket)
        self.listener.listen(64)
        self.page = os.memfd_create("time")
        self.now = 1_000_000_000
        self.offset = realtime_offset
        self.turns = 0
        self.write_page()
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.listener, selectors.EVENT_READ, None)
        self.wake_in, self.wake_out = os.pipe()
        self.selector.register(self.wake_in, selectors.EVENT_READ, None)
        self.participants, self.processes, self.fresh = [], {}, {}
        self.next_number = 1
        self.running = None
        self.to_ask = []  # the rest of this round
        self.quiet = set()  # who had nothing to do since somebody last ran
        self.expected = {}
        self.log = []
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def write_page(self):
        os.pwrite(self.page, struct.pack("=IIqq", 0x6D4C5431, 0, self.now, self.offset), 0)

    def environment(self, **more):
        return dict(os.environ, LD_PRELOAD=shim.preload(), MLOSIM_SOCKET=self.socket, **more)

    def run(self, *command, timeout=60, **options):
        """One program to its end; what it says, and how much virtual time it took."""
        start = self.now
        environment = self.environment(**options.pop("env", {}))
        got = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=timeout, **options)
        got.virtual = (self.now - start) / 1e9
        return got

    def stop(self):
        os.write(self.wake_out, b"x")
        self.thread.join()
        self.listener.close()
        os.close(self.page)

    # ---- connections ----

    def serve(self):
        while True:
            for key, _ in self.selector.select():
                if key.fd == self.wake_in:
                    return
                if key.fileobj is self.listener:
                    connection, _ = self.listener.accept()
                    self.selector.register(connection, selectors.EVENT_READ, None)
                elif key.data is None:
                    self.greet(key.fileobj)
                else:
                    self.hear(key.data)
            self.go_on()

    def greet(self, connection):
        data = connection.recv(4096)
        role = HELLO.unpack_from(data)[2] if len(data) >= HELLO.size else 0
        if role != ROLE_TIME or self.real:
            if role == ROLE_TIME:
                connection.send(struct.pack("=Ii", 0x6D4C4F31, ENOTSUP))
            self.selector.unregister(connection)
            connection.close()
            return
        pid, _, _ = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
        kind, _, name = JOIN.unpack_from(data, HELLO.size)
        process = Process(None, self.new_virtual_pid()) if kind == CHILD else self.processes.get(pid)
        if process is None:
            process = self.processes[pid] = Process(pid, self.new_virtual_pid())
        if kind == PROGRAM and process.connections == 0:
            process.leaving = False
        self.expected.pop(pid, None)
        self.fresh.pop(pid, None)
        process.connections += 1
        participant = Participant(connection, self.next_number, process, kind, name.rstrip(b"\0").decode())
        self.next_number += 1
        self.participants.append(participant)
        key = struct.pack("=QQQQ", self.seed, process.virtual_pid, 0, 0)
        facts = FACTS.pack(participant.number, ENTROPY if self.entropy else 0, process.virtual_pid, 0, key)
        socket.send_fds(connection, [struct.pack("=Ii", 0x6D4C4F31, 0) + facts], [self.page])
        self.selector.modify(connection, selectors.EVENT_READ, participant)

    def new_virtual_pid(self):
        self.virtual_pids = getattr(self, "virtual_pids", 4194304) + 1
        return self.virtual_pids

    def hear(self, participant):
        try:
            data = participant.connection.recv(MESSAGE.size)
        except ConnectionResetError:
            data = b""
        if not data:
            return self.drop(participant)
        kind, ran, value = MESSAGE.unpack(data)
        if kind == IDLE:
            participant.deadline = value
            if self.running is participant:
                self.running = None
                if ran:
                    self.quiet.clear()
                self.quiet.add(participant.number)
        elif kind == WANT:
            if participant is not self.running:
                self.quiet.discard(participant.number)
        elif kind == SYNC:
            participant.connection.send(MESSAGE.pack(SYNCED, 0, 0))
        elif kind == EXPECT:
            if value not in self.processes:
                self.expected[value] = os.pidfd_open(value)
        elif kind == ADOPT:
            participant.process.pid = value
            self.processes[value] = participant.process
            participant.adopted = True
        elif kind == LEAVE:
            if value:
                participant.process.leaving = True

    def drop(self, participant):
        self.selector.unregister(participant.connection)
        participant.connection.close()
        self.participants.remove(participant)
        if self.running is participant:
            self.running = None
        self.quiet.clear()
        process = participant.process
        process.connections -= 1
        if process.connections == 0 and process.pid is not None:
            self.wait_for_end_or_exec(process)

    def wait_for_end_or_exec(self, process):
        """Nobody goes on until it has ended or joined again."""
        try:
            self.fresh[process.pid] = os.pidfd_open(process.pid)
        except ProcessLookupError:
            self.processes.pop(process.pid, None)

    @staticmethod
    def has_ended(pidfd):
        with selectors.PollSelector() as poll:
            poll.register(pidfd, selectors.EVENT_READ)
            return bool(poll.select(0.001))

    # ---- turns ----

    def go_on(self):
        while self.running is None and self.participants:
            for waited in (self.fresh, self.expected):
                for pid, pidfd in list(waited.items()):
                    if self.has_ended(pidfd):
                        os.close(pidfd)
                        waited.pop(pid, None)
                        self.processes.pop(pid, None)
            if self.fresh or self.expected:
                if self.selector.select(0.0005):
                    return
                continue
            if any(p.deadline is None or not p.adopted for p in self.participants):
                return
            todo = [p for p in self.participants if p.number not in self.quiet]
            if not todo:
                due = min(p.deadline for p in self.participants)
                if due == NEVER:
                    return
                if due > self.now:
                    self.now = due
                    self.write_page()
                else:
                    self.now += 1000
                    self.write_page()
                todo = [p for p in self.participants if p.deadline <= self.now]
                for p in todo:
                    self.quiet.discard(p.number)
            last = getattr(self, "last", 0)
            next_one = min(todo, key=lambda p: (p.number <= last, p.number))
            self.last = next_one.number
            self.running = next_one
            self.turns += 1
            try:
                next_one.connection.send(MESSAGE.pack(TURN, 0, 0))
            except (BrokenPipeError, ConnectionResetError):
                self.running = None
                return
