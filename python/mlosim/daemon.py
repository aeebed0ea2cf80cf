"""A process mlosimd with one scenario."""
from __future__ import annotations

import json
import pathlib
import signal
import subprocess
import time
from typing import Any, Dict, List, Optional, Sequence

from . import find, wire
from .errors import BadScenario, Error, ExpectationFailed, NoAnswer, WorldDied, WorldEnded, last_lines

PATIENCE = 60.0  # seconds of the wall clock for starting and stopping

HELD, FAILED, BAD_INPUT, ENVIRONMENT = 0, 1, 2, 3  # exit codes


class Daemon:
    def __init__(self, scenario: str, directory: pathlib.Path, options: Sequence[str]):
        self._output: Optional[str] = None  # once its folder is gone
        self.program = find.mlosimd()
        self.socket = directory / "run" / "socket"
        self.log = directory / "mlosimd.log"
        self.command = [str(self.program), "--scenario", scenario, "--socket", str(self.socket), *options]
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)
        try:
            self._wait_until_it_listens()
        except BaseException:
            self.kill()
            raise

    def output(self) -> str:
        return self._output if self._output is not None else self.log.read_text(errors="replace")

    def _wait_until_it_listens(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                wire.connected(str(self.socket)).close()
                return
            except OSError:
                pass
            if self.process.poll() is not None:
                raise self.reason_of_end()
            if time.monotonic() > deadline:
                raise NoAnswer(f"mlosimd does not listen:\n{last_lines(self.output())}")
            time.sleep(0.002)

    def wait(self, patience: Optional[float] = PATIENCE) -> int:
        """Its exit code once it has ended."""
        try:
            return self.process.wait(patience)
        except subprocess.TimeoutExpired:
            raise NoAnswer(f"mlosimd does not end:\n{last_lines(self.output())}") from None

    def stop(self) -> int:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.wait()
            except NoAnswer:
                self.kill()
        self._output = self.output()
        return self.process.returncode

    def kill(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def crashed(self) -> bool:
        output = self.output()
        return self.process.returncode not in (HELD, FAILED, BAD_INPUT, ENVIRONMENT) or "Sanitizer" in output or "runtime error" in output

    def reason_of_end(self) -> Error:
        """Why it is no longer there, as an exception to be raised."""
        code = self.process.returncode
        output = self.output()
        if self.crashed():
            return WorldDied(f"mlosimd ended with {how(code)}; its log ends:\n{last_lines(output)}")
        if code == FAILED:
            return ExpectationFailed(f"not all was as the scenario expects:\n{last_lines(failures(output))}")
        if code == BAD_INPUT:
            return BadScenario(f"the scenario has mistakes:\n{last_lines(output)}")
        if code == ENVIRONMENT:
            return Error(f"mlosimd could not do its work:\n{last_lines(output)}")
        return WorldEnded("the scenario has come to its end", code)


def how(code: int) -> str:
    """An exit code in words."""
    if code >= 0:
        return f"exit code {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"


def failures(output: str) -> str:
    return "\n".join(line for line in output.splitlines() if ": failed at " in line) or output


def settings_options(settings: Dict[str, Any]) -> List[str]:
    """{"/medium/shadowing_db": 6} as mlosimd's options."""
    options: List[str] = []
    for pointer, value in settings.items():
        if not pointer.startswith("/"):
            raise ValueError(f"{pointer!r} is no JSON pointer: it begins with /")
        options += ["--set", f"{pointer}={json.dumps(value)}"]
    return options
