"""hostapd and wpa_supplicant in a world, each on one interface, steered over their control sockets."""
from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Dict, List, Mapping, Optional, Pattern, Tuple, Union

from . import find
from .control import Control, ControlEvent
from .errors import ProgramFailed, Timeout, last_lines
from .program import Line, Program

if TYPE_CHECKING:
    from .world import World

__all__ = ["AccessPoint", "Control", "ControlEvent", "Daemon", "Program", "Station", "wpa2", "wpa2_network", "wpa3", "wpa3_network"]


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

