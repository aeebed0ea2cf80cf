"""A simulated Wi-Fi world with its own time, as an object."""
from __future__ import annotations

import atexit
import collections
import json
import os
import pathlib
import re
import shlex
import shutil
import tempfile
import weakref
from typing import Any, Callable, Deque, Dict, Iterator, List, Mapping, Optional, Sequence, Set, Tuple, TypeVar, Union

from . import find, model, wire
from .daemon import FAILED, Daemon, settings_options
from .errors import BadScenario, Error, ExpectationFailed, NoAnswer, Timeout, WorldDied, WorldEnded, last_lines
from .family import PATIENCE, Client
from .inventory import Inventory
from .model import Event, WorldFacts
from .program import Program, wall_pause
from .uapi import STEP_MAX, ClockMode, Command, NetdevBackend

T = TypeVar("T")
Scenario = Union[Mapping[str, Any], str, "os.PathLike[str]"]
MOST_EVENTS = 200_000  # kept for who reads them later; the oldest go first
ENDLESS = re.compile(r"/duration: found nothing")
LONGEST = "1000 h"
LONGEST_STEP = 0.1  # seconds of the world

_open_worlds: "weakref.WeakSet[World]" = weakref.WeakSet()


@atexit.register
def _end_worlds() -> None:
    for world in list(_open_worlds):
        world.kill()


class World(Inventory):
    """`with World({"radios": [{"name": "ap"}, {"name": "sta"}]}) as world:`

    The script runs outside of the world's time. With `clock="virtual"` the world stands still until the script runs it
    (`run_for`, `wait_for` …), and programs in it are given their turns in between, so that each run with the same seed is
    the same run; programs' random numbers come from the seed, too. With `clock="real"` the world goes on by itself.

    scenario    a dictionary, a file, the bare name of an installed scenario, or None: only radios
    radios      without a scenario: so many, named r0, r1 … with interfaces wlan0, wlan1 …
    settings    {JSON pointer: value} in place of the scenario's
    faults      rules that are in force from the start, "[RADIO:]RULE"
    trace, pcap, nlpcap
                files to be written; True: trace.jsonl, air.pcapng, netlink.pcapng in the world's folder
    directory   the world's folder, for what is written; a temporary one that is removed at the end if not given
    step        seconds of the world from one look to the next while something is waited for
    check       whether an expectation of the scenario that fails is an exception when the world ends
    patience    seconds of the wall clock after which a world that does not get on is given up (NoAnswer)
    """

    def __init__(self, scenario: Optional[Scenario] = None, *, radios: Optional[int] = None, seed: Optional[int] = None,
                 clock: Optional[str] = "virtual", settings: Optional[Mapping[str, Any]] = None, faults: Sequence[str] = (),
                 trace: Union[bool, str, None] = None, pcap: Union[bool, str, None] = None, nlpcap: Union[bool, str, None] = None,
                 directory: Union[str, "os.PathLike[str]", None] = None, step: float = 0.01, paused: Optional[bool] = None,
                 with_fault: bool = False, check: bool = True, patience: float = PATIENCE):
        if scenario is None:
            scenario = {"radios": [{"name": f"r{number}"} for number in range(2 if radios is None else radios)]}
        elif radios is not None:
            raise ValueError("radios are the scenario's where there is one")
        if clock not in (None, "virtual", "real"):
            raise ValueError(f"clock is {clock!r}, not 'virtual' or 'real'")
        self.step_seconds = step
        self.patience = patience
        self.stuck = False  # somebody does not let it go on: no use to ask programs nicely
        self._scenario = scenario
        self._check = check
        self._own_directory = directory is None
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="mlosim-") if directory is None else directory).absolute()
        self.directory.mkdir(parents=True, exist_ok=True)
        # A Unix socket's path is short; the world's folder may be deep.
        self._private = pathlib.Path(tempfile.mkdtemp(prefix="mlosim-"))
        own = {"/deterministic_entropy": True} if clock == "virtual" else {}
        self._options = settings_options({**own, **(settings or {})})
        for rule in faults:
            self._options += ["--fault", rule]
        if seed is not None:
            self._options += ["--seed", str(seed)]
        if clock is not None:
            self._options += ["--clock", clock]
        if with_fault:
            self._options.append("--with-fault")
        if clock == "virtual" if paused is None else paused:
            self._options.append("--paused")
        self.files: Dict[str, pathlib.Path] = {}
        for option, wanted, name in (("trace", trace, "trace.jsonl"), ("pcap", pcap, "air.pcapng"), ("nlpcap", nlpcap, "netlink.pcapng")):
            if wanted:
                self.files[option] = self.directory / name if wanted is True else pathlib.Path(wanted).absolute()
                self._options += ["--" + option, str(self.files[option])]
        self._daemon: Optional[Daemon] = None
        self._ended: Optional[Daemon] = None
        self._client: Optional[Client] = None
        self._facts: Optional[WorldFacts] = None
        self._programs: List[Program] = []
        self._listeners: List[Callable[[], None]] = []
        self._names: Set[str] = set()
        self._events: Deque[Event] = collections.deque(maxlen=MOST_EVENTS)

    # ---- beginning and end ----

    def open(self) -> "World":
        """Starts mlosimd; a `with` block does this and close()."""
        scenario = self._scenario
        if isinstance(scenario, Mapping):
            if "duration" not in scenario and "expect" not in scenario:
                scenario = {**scenario, "duration": LONGEST}
            file = self.directory / "scenario.json"
            file.write_text(json.dumps(scenario, indent=1))
            scenario = str(file)
        try:
            self._daemon = self._daemon_for(os.fspath(scenario))
            _open_worlds.add(self)
            self._client = Client(str(self._daemon.socket))
            self._look()
        except BaseException:
            self.kill()
            self._tidy()
            raise
        return self

    def _daemon_for(self, scenario: str) -> Daemon:
        try:
            return Daemon(scenario, self._private, self._options)
        except BadScenario as mistake:
            if not ENDLESS.search(str(mistake)):
                raise
        # mlosimd wants virtual time to have an end; this one is ended by the script.
        self._options += ["--set", f'/duration="{LONGEST}"']
        return Daemon(scenario, self._private, self._options)

    def __enter__(self) -> "World":
        return self.open()

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        self.close(quietly=error is not None)

    def close(self, quietly: bool = False) -> None:
        """Ends programs, then the world. A crash, or an expectation that failed, is raised unless `quietly`."""
        daemon = self._daemon
        if daemon is None:
            return
        try:
            for program in reversed(list(self._programs)):
                program.stop()
        except Error:
            if not quietly and self.alive:
                raise
        finally:
            self._end_daemon(daemon)
        if quietly or not daemon.crashed() and (daemon.process.returncode != FAILED or not self._check):
            return
        raise daemon.reason_of_end()

    def _end_daemon(self, daemon: Daemon) -> None:
        for program in list(self._programs):
            program.kill()
        if self._client:
            self._client.close()
        daemon.stop()
        self._daemon, self._ended = None, daemon
        _open_worlds.discard(self)
        if not self._own_directory:
            shutil.copyfile(daemon.log, self.directory / "mlosimd.log")
            self._keep_program_files()
        self._tidy()

    def _keep_program_files(self) -> None:
        """What programs wrote and were given, beside the rest of what is kept."""
        for name in self._names:
            here, there = self._program_place() / name, self.directory / name
            if here == there:
                continue
            for file in here.rglob("*"):
                if file.is_file():  # and no socket
                    (there / file.relative_to(here)).parent.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(file, there / file.relative_to(here))

    def kill(self) -> None:
        """At once and without a word."""
        for program in list(self._programs):
            program.process.kill()
        if self._daemon:
            self._daemon.kill()
        _open_worlds.discard(self)

    def _tidy(self) -> None:
        shutil.rmtree(self._private, ignore_errors=True)
        if self._own_directory:
            shutil.rmtree(self.directory, ignore_errors=True)

    @property
    def alive(self) -> bool:
        return self._daemon is not None and self._daemon.process.poll() is None

    @property
    def log(self) -> str:
        """What mlosimd has printed."""
        daemon = self._daemon or self._ended
        return daemon.output() if daemon else ""

    @property
    def command(self) -> str:
        """The command line that the world was started with."""
        return shlex.join(self._running().command)

    @property
    def socket(self) -> pathlib.Path:
        return self._running().socket

    @property
    def preload(self) -> pathlib.Path:
        return find.preload(self._running().program)

    def _running(self) -> Daemon:
        if self._daemon is None:
            raise Error("this world is not running: use it as `with World(…) as world:`, or call open()")
        return self._daemon

    def _call(self, ask: Callable[[Client], T]) -> T:
        daemon = self._running()
        assert self._client is not None
        try:
            return ask(self._client)
        except NoAnswer as silence:
            self.stuck = True
            raise NoAnswer(f"{silence}; its log ends:\n{last_lines(daemon.output())}") from None
        except wire.Gone as gone:
            try:
                daemon.wait(PATIENCE)
            except Error:
                raise WorldDied(f"{gone}; mlosimd's log ends:\n{last_lines(daemon.output())}") from gone
            raise daemon.reason_of_end() from None

    # ---- for the other parts of this package ----

    def ask(self, command: Command, **fields: Any) -> List[Dict[str, Any]]:
        """A request of family mlosim by hand: attributes by name, answers as dictionaries."""
        return self._call(lambda client: client.ask(command, **fields))

    def dump(self, command: Command, **fields: Any) -> List[Dict[str, Any]]:
        return self._call(lambda client: client.dump(command, **fields))

    def on_settled(self, listener: Callable[[], None]) -> None:
        """Called whenever the world has settled."""
        self._listeners.append(listener)

    def forget(self, who: Union[Program, Callable[[], None]]) -> None:
        if isinstance(who, Program):
            self._programs = [one for one in self._programs if one is not who]
        else:
            self._listeners = [one for one in self._listeners if one != who]

    # ---- time ----

    def _look(self) -> WorldFacts:
        self._facts = model.world_facts(self.ask(Command.GET_WORLD)[0])
        return self._facts

    def _known(self) -> WorldFacts:
        """As last asked; time that stands still does so until this object runs it."""
        return self._facts if self._facts is not None and self._facts.paused else self._look()

    @property
    def facts(self) -> WorldFacts:
        """What the daemon says at this moment."""
        return self._look()

    @property
    def now(self) -> float:
        """The world's time in seconds."""
        return self.now_ns / 1e9

    @property
    def now_ns(self) -> int:
        return self._known().time_ns

    @property
    def seed(self) -> int:
        return (self._facts or self._look()).seed

    @property
    def clock(self) -> str:
        """"virtual" or "real"."""
        return "virtual" if (self._facts or self._look()).clock == ClockMode.VIRTUAL else "real"

    @property
    def has_taps(self) -> bool:
        return (self._facts or self._look()).netdev == NetdevBackend.TAP

    @property
    def paused(self) -> bool:
        return self._look().paused

    def pause(self) -> None:
        self.ask(Command.PAUSE)
        self.settle()

    def resume(self) -> None:
        """Time goes on by itself from now on, as fast as its clock allows."""
        self.ask(Command.RESUME)
        self._facts = None

    def settle(self, pid: Optional[int] = None) -> bool:
        """Programs do what there is to do for them at this moment. With a process: not before it has joined or ended; True if
        it takes part in the world's time."""
        answer = self._call(lambda client: client.ask_later(Command.SETTLE, self.patience, PID=pid))
        self._facts = model.world_facts(answer)
        for program in list(self._programs):
            program.collect()
        for listener in list(self._listeners):
            listener()
        return bool(answer.get("TAKES_PART", False))

    def run_until(self, time: float) -> None:
        """Goes on until the world's time is that."""
        self._run_until_ns(round(time * 1e9))

    def run_for(self, seconds: float) -> None:
        self._run_until_ns(self.now_ns + round(seconds * 1e9))

    def _run_until_ns(self, end: int) -> None:
        facts = self._known()
        if end < facts.time_ns:
            raise ValueError(f"{end / 1e9} s is in the past: it is {facts.time} s")
        if not facts.paused:
            while self._look().time_ns < end:
                wall_pause()
            self.settle()
            return
        while facts.time_ns < end:
            facts = self._run_to(end, or_turn=bool(self._programs))

    def _run_to(self, until: int, or_turn: bool = False) -> WorldFacts:
        # Programs that never wait would hold the world for ever; without any, it may take long to be computed.
        patience = self.patience if self._programs else None
        self._call(lambda client: client.ask_later(Command.RUN_TO, patience, TIME=until, OR_TURN=or_turn))
        self.settle()
        assert self._facts is not None
        return self._facts

    def step_on(self, deadline: Optional[float] = None, waited: float = 0.0, or_turn: bool = False) -> None:
        """One small step (`step`; a hundredth of the time already waited, where that is more and up to a tenth of a second), not
        beyond the deadline. `or_turn`: instead, up to the deadline or until a program has done something."""
        facts = self._known()
        if not facts.paused:
            wall_pause()
            self.settle()
            return
        if or_turn and deadline is not None and all(program.takes_part for program in self._programs):
            self._run_to(max(facts.time_ns, round(deadline * 1e9)), or_turn=True)
            return
        until = facts.time_ns + round(max(self.step_seconds, min(waited / 100, LONGEST_STEP)) * 1e9)
        self._run_to(until if deadline is None else max(facts.time_ns, min(until, round(deadline * 1e9))))

    def step(self, events: int = 1) -> int:
        """Lets the world's next events happen, one by one: how many there were. The world must be paused."""
        fired = 0
        while fired < events:
            answer = self.ask(Command.STEP, EVENTS=min(events - fired, STEP_MAX))[0]
            fired += answer["EVENTS"]
            if answer["EVENTS"] == 0:
                break
        self.settle()
        return fired

    def run_to_end(self, patience: Optional[float] = None) -> int:
        """Lets the scenario run until it ends by itself: mlosimd's exit code. ExpectationFailed if something was not as it
        expects (unless check=False)."""
        daemon = self._running()
        try:
            self.resume()
        except (WorldEnded, ExpectationFailed):
            pass  # already
        code = daemon.wait(patience)
        if daemon.crashed() or code not in (0, FAILED) or code == FAILED and self._check:
            raise daemon.reason_of_end()
        return code

    def wait_for(self, condition: Callable[[], Optional[T]], timeout: float = 10.0, what: Optional[str] = None, of_programs: bool = False) -> T:
        """Runs the world in small steps until the condition is true; what it returned then. Timeout in the world's seconds.
        `of_programs`: it depends only on what programs do, so that it is enough to look when one has done something."""
        begun = self.now_ns
        deadline = begun + round(timeout * 1e9)
        while True:
            found = condition()
            if found:
                return found
            now = self.now_ns
            if now >= deadline:
                raise Timeout(f"{what or getattr(condition, '__name__', 'condition')}: not so within {timeout:g} s, at {self.now:.6f} s")
            self.step_on(deadline / 1e9, (now - begun) / 1e9, of_programs)

    # ---- events ----

    def events(self, timeout: float = 0.0) -> Iterator[Event]:
        """What has happened since events were last read; with a timeout the world runs on for so many seconds, and what happens
        then comes too."""
        begun = self.now_ns
        deadline = begun + round(timeout * 1e9)
        while True:
            self._take_events()
            while self._events:
                yield self._events.popleft()
            now = self.now_ns
            if now >= deadline:
                return
            self.step_on(deadline / 1e9, waited=(now - begun) / 1e9)

    def wait_for_event(self, wanted: Union[str, Callable[[Event], bool]], timeout: float = 10.0, **fields: Any) -> Event:
        """The next event of that kind ("set_link", "new_entry" …), or for which the function is true, and whose subject has
        these values: wait_for_event("set_link", interface="wlan0", link_id=1). Events before it are gone."""
        def fits(event: Event) -> bool:
            if not (event.kind == wanted if isinstance(wanted, str) else wanted(event)):
                return False
            return all(getattr(event.subject, name, None) == value for name, value in fields.items())

        for event in self.events(timeout):
            if fits(event):
                return event
        details = "".join(f" {name}={value!r}" for name, value in fields.items())
        raise Timeout(f"no event {wanted}{details} within {timeout:g} s, at {self.now:.6f} s")

    def forget_events(self) -> None:
        """Only what happens from now on."""
        self._take_events()
        self._events.clear()

    def _take_events(self) -> None:
        # SET_WORLD tells of pauses: this object's own, one for each of its steps.
        self._events.extend(model.event(command, fields) for command, fields in self._call(lambda client: client.events())
                            if command != Command.SET_WORLD)

    # ---- programs ----

    def start(self, *argv: str, name: Optional[str] = None, files: Optional[Mapping[str, Union[str, bytes]]] = None,
                      env: Optional[Mapping[str, str]] = None, outside: bool = False) -> Program:
        """Starts a program in the world: it sees the world's devices and, with a virtual clock, lives in the world's time.
        `files` are written to its working folder first. `outside`: it may live in the machine's time."""
        base = name or pathlib.Path(argv[0]).name
        number, unique = 1, base
        while unique in self._names:
            number += 1
            unique = f"{base}-{number}"
        self._names.add(unique)
        self.settle()
        program = Program(self, list(map(str, argv)), unique, self._program_place() / unique, files, env, outside)
        self._programs.append(program)
        program.collect()
        return program

    def _program_place(self) -> pathlib.Path:
        """Control sockets lie in a program's folder, and have short paths."""
        return self.directory if len(str(self.directory)) < 48 else self._private

    def run(self, *argv: str, timeout: float = 60.0, **more: Any) -> Tuple[int, str]:
        """Runs a program to its end: exit code and output."""
        program = self.start(*argv, **more)
        try:
            return program.wait(timeout), program.output
        finally:
            program.stop()

    @property
    def programs(self) -> Sequence[Program]:
        return tuple(self._programs)

