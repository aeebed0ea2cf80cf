"""hostapd and wpa_supplicant in a world, each on one interface, steered over their control sockets."""
from __future__ import annotations

import collections
import pathlib
import re
import select
import socket
import threading
import time
from typing import TYPE_CHECKING, Any, Deque, Dict, List, Mapping, Optional, Pattern, Tuple, Union

from . import find
from .errors import NoAnswer, ProgramFailed, Timeout, last_lines
from .program import Line, Program

if TYPE_CHECKING:
    from .world import World

PATIENCE = 30.0  # seconds of the wall clock for an answer, which takes no time of the world


class ControlEvent(str):
    """"CTRL-EVENT-CONNECTED - Connection to …", with the world's time at which it was taken in."""
    time: float
    level: int

    def __new__(cls, text: str, time_: float, level: int) -> "ControlEvent":
        self = super().__new__(cls, text)
        self.time = time_
        self.level = level
        return self


class Control:
    """A control socket, attached. A thread empties it, so that a program that says much at once never finds it full; what it
    has read is looked at only at settled moments, so that each run sees the same."""

    def __init__(self, program: Program, path: pathlib.Path, number: int):
        self.program = program
        self.world = program.world
        self._place = program.directory / f"client-{number}"
        self._lock = threading.Lock()
        self._answered = threading.Condition(self._lock)
        self._answers: Deque[str] = collections.deque()
        self._unseen: Deque[str] = collections.deque()
        self._events: Deque[ControlEvent] = collections.deque()
        self.history: List[ControlEvent] = []
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._closing, self._closed = socket.socketpair()
        try:
            self._place.unlink()
        except FileNotFoundError:
            pass
        try:
            self._socket.bind(str(self._place))
            self._socket.connect(str(path))
        except OSError:
            self._socket.close()
            raise
        self._reader = threading.Thread(target=self._read_on, name=f"control of {program.name}", daemon=True)
        self._reader.start()
        self.world.on_settled(self._take_events)
        if self.request("ATTACH") != "OK":
            raise ProgramFailed(f"{program.name} attaches nobody to {path}")

    def close(self) -> None:
        self.world.forget(self._take_events)
        self._closing.close()
        self._reader.join()
        self._socket.close()
        self._closed.close()
        try:
            self._place.unlink()
        except FileNotFoundError:
            pass

    # ---- what comes in ----

    def _read_on(self) -> None:
        while True:
            readable = select.select([self._socket, self._closed], [], [])[0]
            if self._closed in readable:
                return
            with self._lock:
                if not self._read_all():
                    return

    def _read_all(self) -> bool:
        """All that has come; with the lock held. False: the program has gone."""
        while True:
            try:
                text = self._socket.recv(1 << 16).decode(errors="replace").rstrip("\n")
            except BlockingIOError:
                return True
            except OSError:
                return False
            if re.match(r"<\d>", text):
                self._unseen.append(text)
            else:
                self._answers.append(text)
                self._answered.notify_all()

    def _take_events(self) -> None:
        with self._lock:
            self._read_all()
            unseen, self._unseen = list(self._unseen), collections.deque()
        now = self.world.now if unseen else 0.0
        for text in unseen:
            event = ControlEvent(text[3:], now, int(text[1]))
            self._events.append(event)
            self.history.append(event)

    # ---- requests ----

    def request(self, command: str) -> str:
        """Asks, and waits for the answer: no time of the world passes."""
        with self._lock:
            self._answers.clear()
        try:
            self._socket.send(command.encode())
        except OSError as error:
            self.program.check()
            raise ProgramFailed(f"{self.program.name} takes no request: {error}") from error
        self.world.settle()
        self._take_events()
        with self._lock:
            if self._answers:
                return self._answers.popleft()
        answer = self._wait_answer(command)
        self.world.settle()
        return answer

    def _wait_answer(self, command: str) -> str:
        """Of a program that lives in the machine's time."""
        deadline = time.monotonic() + PATIENCE
        with self._lock:
            while not self._answers:
                self._answered.wait(0.2)
                if not self._answers and not self.program.running:
                    break
                if not self._answers and time.monotonic() > deadline:
                    raise NoAnswer(f"{self.program.name} does not answer {command!r}; it said last:\n{last_lines(self.program.output)}")
            answer = self._answers.popleft() if self._answers else None
        if answer is None:
            self.program.check()
            raise NoAnswer(f"{self.program.name} did not answer {command!r}")
        return answer

    def command(self, command: str) -> None:
        """A request that has to be answered with OK."""
        answer = self.request(command)
        if answer != "OK":
            raise ProgramFailed(f"{self.program.name} answers {command!r} with {answer!r}; it said last:\n{last_lines(self.program.output, 15)}")

    def values(self, command: str) -> Dict[str, str]:
        """Of an answer of lines "name=value"."""
        return dict(line.split("=", 1) for line in self.request(command).splitlines() if "=" in line)

    # ---- events ----

    def events(self) -> List[ControlEvent]:
        """Those that have come and were not waited for yet."""
        self.world.settle()
        taken, self._events = list(self._events), collections.deque()
        return taken

    def forget_events(self) -> None:
        self.events()

    def wait_event(self, *wanted: Union[str, Pattern[str]], timeout: float = 10.0, unless: Union[str, Tuple[str, ...]] = ()) -> ControlEvent:
        """Runs the world until an event comes that begins with one of the texts, or in which one of the compiled patterns is
        found; those before it are gone. One that begins with `unless` is a failure. Timeout in the world's seconds."""
        passed: List[ControlEvent] = []

        def found() -> Optional[ControlEvent]:
            while self._events:
                event = self._events.popleft()
                if any(event.startswith(one) if isinstance(one, str) else one.search(event) for one in wanted):
                    return event
                if unless and event.startswith(unless):
                    raise ProgramFailed(self._in_vain(wanted, f"instead came {str(event)!r} at {event.time:.3f} s", passed))
                passed.append(event)
            self.program.check()
            return None

        self.world.settle()
        try:
            return self.world.wait_for(found, timeout, of_programs=True)
        except Timeout:
            raise Timeout(self._in_vain(wanted, f"not within {timeout:g} s", passed)) from None

    def _in_vain(self, wanted: Tuple[Any, ...], why: str, passed: List[ControlEvent]) -> str:
        names = " or ".join(one if isinstance(one, str) else one.pattern for one in wanted)
        events = "\n".join(f"    {event.time:10.6f} {event}" for event in passed[-20:]) or "    (none)"
        return (f"{self.program.name}: event {names}: {why}\nevents meanwhile:\n{events}\n"
                f"{self.program.name} said last:\n{last_lines(self.program.output)}")


class Daemon:
    """What hostapd and wpa_supplicant have in common here."""

    def __init__(self, world: "World", interface: str, command: List[str], configuration: str, name: str, timeout: float,
                 files: Optional[Mapping[str, Union[str, bytes]]], env: Optional[Mapping[str, str]]):
        self.world = world
        self.interface = interface
        self.program = world.start(*command, name=name, files={**(files or {}), "configuration": configuration}, env=env)
        self._controls: List[Control] = []
        try:
            self.control = self.attach(interface, timeout)
        except BaseException:
            self.program.stop()
            raise

    def attach(self, interface: str, timeout: float = 5.0) -> Control:
        """Another control socket of the same program."""
        path = self.program.directory / "control" / interface
        number = len(self._controls) + 1

        def attached() -> Optional[Control]:
            self.program.check()
            try:
                return Control(self.program, path, number)
            except (FileNotFoundError, ConnectionRefusedError):
                return None

        try:
            control = self.world.wait_for(attached, timeout, of_programs=True)
        except Timeout:
            raise ProgramFailed(f"{self.program.name} has no control socket {path.name}; it said last:\n{last_lines(self.program.output)}") from None
        self._controls.append(control)
        return control

    # Of the control socket, for short.
    def request(self, command: str) -> str:
        return self.control.request(command)

    def command(self, command: str) -> None:
        self.control.command(command)

    def status(self) -> Dict[str, str]:
        return self.control.values("STATUS")

    def events(self) -> List[ControlEvent]:
        return self.control.events()

    def wait_event(self, *wanted: Union[str, Pattern[str]], timeout: float = 10.0, unless: Union[str, Tuple[str, ...]] = ()) -> ControlEvent:
        return self.control.wait_event(*wanted, timeout=timeout, unless=unless)

    def wait_output(self, pattern: Union[str, Pattern[str]], timeout: float = 10.0) -> Line:
        return self.program.wait_output(pattern, timeout)

    @property
    def output(self) -> str:
        return self.program.output

    def stop(self) -> Optional[int]:
        for control in self._controls:
            control.close()
        self._controls.clear()
        return self.program.stop()

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def lines_of(settings: Mapping[str, Any]) -> str:
    return "".join(f"{name}={int(value) if isinstance(value, bool) else value}\n" for name, value in settings.items() if value is not None)


class AccessPoint(Daemon):
    """hostapd with one configuration, enabled. Its settings are hostapd.conf's; without hw_mode and channel it is on channel 6
    of 2.4 GHz.

        AccessPoint(world, "wlan0", ssid="home", **wpa3("secret phrase"))

    `more` is put at the end of the file as it is: further BSSes. `program`, else $MLOSIM_HOSTAPD, names another hostapd."""

    def __init__(self, world: "World", interface: str, config: Optional[Mapping[str, Any]] = None, *, more: str = "",
                 program: Optional[str] = None, arguments: Tuple[str, ...] = ("-ddKt",), timeout: float = 10.0,
                 files: Optional[Mapping[str, Union[str, bytes]]] = None, env: Optional[Mapping[str, str]] = None, **settings: Any):
        settings = {**(config or {}), **settings}
        lines = {"interface": interface, "driver": "nl80211", "ctrl_interface": "control", "hw_mode": "g", "channel": 6, **settings}
        super().__init__(world, interface, [program or find.program("hostapd", "MLOSIM_HOSTAPD"), *arguments, "configuration"],
                         lines_of(lines) + more, f"hostapd-{interface}", timeout, files, env)
        try:
            self.world.wait_for(self._enabled, timeout, of_programs=True)
        except Timeout:
            text = self.output
            self.stop()
            raise ProgramFailed(f"hostapd on {interface} does not come up; it said last:\n{last_lines(text)}") from None
        except BaseException:
            self.stop()
            raise

    def _enabled(self) -> bool:
        self.program.check()
        return self.status().get("state") == "ENABLED"

    @property
    def bssid(self) -> str:
        return self.status()["bssid[0]"]

    def stations(self) -> Dict[str, Dict[str, str]]:
        """Those that it knows, by address, with what it says of each."""
        found: Dict[str, Dict[str, str]] = {}
        answer = self.request("STA-FIRST")
        while answer and answer != "FAIL":
            address, *lines = answer.splitlines()
            found[address] = dict(line.split("=", 1) for line in lines if "=" in line)
            answer = self.request(f"STA-NEXT {address}")
        return found

    def wait_station(self, address: str, timeout: float = 10.0) -> ControlEvent:
        """Until that station is authorized."""
        return self.wait_event(f"AP-STA-CONNECTED {address}", timeout=timeout)


QUOTED = {"ssid", "psk", "sae_password", "sae_password_id", "identity", "anonymous_identity", "password", "phase1", "phase2", "ca_cert",
          "client_cert", "private_key", "private_key_passwd", "domain_match", "domain_suffix_match", "id_str"}


class Station(Daemon):
    """wpa_supplicant on one interface, with no network yet. Its settings are wpa_supplicant.conf's global ones. `program`, else
    $MLOSIM_WPA_SUPPLICANT, names another wpa_supplicant."""

    def __init__(self, world: "World", interface: str, config: Optional[Mapping[str, Any]] = None, *, program: Optional[str] = None,
                 arguments: Tuple[str, ...] = ("-ddKt", "-Dnl80211"), timeout: float = 10.0,
                 files: Optional[Mapping[str, Union[str, bytes]]] = None, env: Optional[Mapping[str, str]] = None, **settings: Any):
        settings = {**(config or {}), **settings}
        lines = {"ctrl_interface": "control", "ap_scan": 1, "update_config": 0, **settings}
        command = [program or find.program("wpa_supplicant", "MLOSIM_WPA_SUPPLICANT"), *arguments, "-i" + interface, "-c", "configuration"]
        super().__init__(world, interface, command, lines_of(lines), f"wpa_supplicant-{interface}", timeout, files, env)

    @property
    def address(self) -> str:
        return self.status()["address"]

    def add_network(self, **settings: Any) -> int:
        """Configures a network; texts that wpa_supplicant wants in quotes get them."""
        number = int(self.request("ADD_NETWORK"))
        self.set_network(number, **settings)
        return number

    def set_network(self, number: int, **settings: Any) -> None:
        for name, value in settings.items():
            self.command(f"SET_NETWORK {number} {name} {quoted(name, value)}")

    def connect(self, ssid: Optional[str] = None, wait: bool = True, timeout: float = 10.0, **settings: Any) -> int:
        """Adds a network, selects it, and waits until it is connected (`wait=False`: does not): the network's number."""
        number = self.add_network(**({"ssid": ssid} if ssid is not None else {}), **settings)
        self.select(number)
        if wait:
            self.wait_connected(timeout)
        return number

    def select(self, number: int) -> None:
        self.command(f"SELECT_NETWORK {number}")

    def wait_connected(self, timeout: float = 10.0) -> ControlEvent:
        return self.wait_event("CTRL-EVENT-CONNECTED", timeout=timeout,
                               unless=("CTRL-EVENT-ASSOC-REJECT", "CTRL-EVENT-AUTH-REJECT", "CTRL-EVENT-SSID-TEMP-DISABLED"))

    def wait_disconnected(self, timeout: float = 10.0) -> ControlEvent:
        return self.wait_event("CTRL-EVENT-DISCONNECTED", timeout=timeout)

    def scan(self, frequencies_mhz: Tuple[int, ...] = (), timeout: float = 10.0) -> List[Dict[str, str]]:
        """Looks around without connecting: what it has found."""
        self.command("SCAN TYPE=ONLY" + (" freq=" + ",".join(map(str, frequencies_mhz)) if frequencies_mhz else ""))
        self.wait_event("CTRL-EVENT-SCAN-RESULTS", timeout=timeout, unless="CTRL-EVENT-SCAN-FAILED")
        names = ("bssid", "frequency", "signal", "flags", "ssid")
        return [dict(zip(names, line.split("\t"))) for line in self.request("SCAN_RESULTS").splitlines()[1:]]

    def roam(self, bssid: str, timeout: float = 10.0) -> ControlEvent:
        self.command(f"ROAM {bssid}")
        return self.wait_connected(timeout)


def quoted(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return str(int(value))
    text = str(value)
    is_key = name == "psk" and re.fullmatch(r"[0-9a-fA-F]{64}", text)
    return f'"{text}"' if name in QUOTED and not is_key and not text.startswith('"') else text


def wpa2(passphrase: str) -> Dict[str, Any]:
    """hostapd's settings for WPA2-Personal."""
    return {"wpa": 2, "rsn_pairwise": "CCMP", "wpa_key_mgmt": "WPA-PSK", "wpa_passphrase": passphrase}


def wpa3(password: str) -> Dict[str, Any]:
    """hostapd's settings for WPA3-Personal (SAE with protected management frames)."""
    return {"wpa": 2, "rsn_pairwise": "CCMP", "wpa_key_mgmt": "SAE", "sae_password": password, "ieee80211w": 2}


def wpa2_network(passphrase: str) -> Dict[str, Any]:
    """wpa_supplicant's settings for a WPA2-Personal network."""
    return {"key_mgmt": "WPA-PSK", "psk": passphrase}


def wpa3_network(password: str) -> Dict[str, Any]:
    """wpa_supplicant's settings for a WPA3-Personal network."""
    return {"key_mgmt": "SAE", "sae_password": password, "ieee80211w": 2}

