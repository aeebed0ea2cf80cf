"""pytest: fixture `world`, a world of its own for each test.

    @pytest.mark.world(radios=3)                 # or scenario=…, seed=…, clock=…, settings=…, faults=…: as World's
    def test_something(world): …

Of a test that fails the trace, the captures and the programs' output are kept, and its report says where."""
from __future__ import annotations

import os
import pathlib
import random
import re
import shlex
import shutil
import sys
from typing import Any, Dict, Generator, List, Optional

import pytest

from .world import World

RESULTS = "mlosim-results"
DEFAULT_SEED = 1
_stash_key: "pytest.StashKey[_Kept]" = pytest.StashKey()


class _Kept:
    """What is known of a test's world, for its report."""

    def __init__(self, place: pathlib.Path, seed: int, wanted: bool):
        self.place = place
        self.seed = seed
        self.wanted = wanted
        self.when = ""

    def lines(self, item: pytest.Item) -> List[str]:
        file = os.path.relpath(item.path, item.config.invocation_params.dir)
        again = re.sub(r"\[seed-\d+\]", "", "::".join([file, *item.nodeid.split("::")[1:]]))
        words = [sys.executable, "-m", "pytest", again, "--mlosim-seed", str(self.seed)]
        return [f"seed {self.seed}{self.when}", f"kept in {self.place}: trace.jsonl, air.pcapng, netlink.pcapng, mlosimd.log, */output",
                f"again: {' '.join(map(shlex.quote, words))}"]


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("mlosim", "simulated Wi-Fi worlds")
    group.addoption("--mlosim-seed", metavar="SEED", help="seed of every world: a number, FIRST-LAST (each test with each), or random. "
                    f"Without: the test's own, or {DEFAULT_SEED}")
    group.addoption("--mlosim-keep", action="store_true", help="keep what tests that pass have written, too")
    group.addoption("--mlosim-results", metavar="DIR", default=RESULTS, help="where that is kept (default: %(default)s)")
    group.addoption("--mlosim-clock", choices=("virtual", "real"), help="clock of every world, instead of the test's own")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "world(scenario=None, radios=2, seed=1, clock='virtual', settings={}, faults=()): the world that "
                            "fixture `world` makes; arguments as mlosim.World's")
    option = config.getoption("--mlosim-seed")
    try:
        config.mlosim_seeds = seeds_of(option)  # type: ignore[attr-defined]
    except ValueError as error:
        raise pytest.UsageError(str(error)) from None


def seeds_of(option: Optional[str]) -> List[int]:
    """None: each test's own."""
    if option is None:
        return []
    if option == "random":
        return [random.SystemRandom().randrange(1, 1 << 32)]
    found = re.fullmatch(r"(\d+)(?:-(\d+))?", option)
    if not found:
        raise ValueError(f"--mlosim-seed {option}: a number, FIRST-LAST, or random")
    first, last = int(found.group(1)), int(found.group(2) or found.group(1))
    if last < first:
        raise ValueError(f"--mlosim-seed {option}: {last} is less than {first}")
    return list(range(first, last + 1))


def pytest_report_header(config: pytest.Config) -> Optional[str]:
    seeds = config.mlosim_seeds  # type: ignore[attr-defined]
    if not seeds:
        return None
    return f"mlosim: seed {seeds[0]}" if len(seeds) == 1 else f"mlosim: seeds {seeds[0]} to {seeds[-1]}"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    seeds = metafunc.config.mlosim_seeds  # type: ignore[attr-defined]
    if "world" in metafunc.fixturenames and len(seeds) > 1:
        metafunc.parametrize("mlosim_seed", seeds, indirect=True, ids=[f"seed-{seed}" for seed in seeds])


@pytest.fixture
def mlosim_seed(request: pytest.FixtureRequest) -> int:
    """The seed of this test's world."""
    if hasattr(request, "param"):
        return int(request.param)
    seeds = request.config.mlosim_seeds  # type: ignore[attr-defined]
    return int(seeds[0]) if seeds else int(_arguments(request.node).get("seed", DEFAULT_SEED))


def _arguments(item: pytest.Item) -> Dict[str, Any]:
    """Of the closest marker, over those of its class and module."""
    found: Dict[str, Any] = {}
    for marker in reversed(list(item.iter_markers("world"))):
        if len(marker.args) > 1:
            raise pytest.UsageError("@pytest.mark.world takes a scenario, the rest by name")
        if marker.args or "scenario" in marker.kwargs:
            found.pop("radios", None)
        if "radios" in marker.kwargs:
            found.pop("scenario", None)
        found.update(marker.kwargs)
        if marker.args:
            found["scenario"] = marker.args[0]
    return found


def _place(item: pytest.Item, seed: int) -> pathlib.Path:
    name = re.sub(r"[^A-Za-z0-9_.-]+", "-", re.sub(r"\[seed-\d+\]", "", item.nodeid)).strip("-")
    results = pathlib.Path(item.config.getoption("--mlosim-results"))
    if not results.is_absolute():
        results = pathlib.Path(item.config.invocation_params.dir) / results
    return results / f"{name}-{seed}"


@pytest.fixture
def world(request: pytest.FixtureRequest, mlosim_seed: int) -> Generator[World, None, None]:
    """A world as marker `world` says: two radios and a virtual clock without one."""
    arguments = {**_arguments(request.node), "seed": mlosim_seed}
    clock = request.config.getoption("--mlosim-clock")
    if clock:
        arguments["clock"] = clock
    kept = _Kept(_place(request.node, mlosim_seed), mlosim_seed, request.config.getoption("--mlosim-keep"))
    request.node.stash[_stash_key] = kept
    shutil.rmtree(kept.place, ignore_errors=True)
    place = arguments.get("directory", kept.place)
    everything: Dict[str, Any] = {"trace": True, "pcap": True, "nlpcap": True, **arguments, "directory": place}
    made = World(**everything)
    try:
        made.open()
        request.node.mlosim_world = made
        yield made
    except BaseException:
        kept.wanted = True  # it could not be made
        raise
    finally:
        request.node.mlosim_world = None
        try:
            made.close(quietly=kept.wanted and kept.when != "")
        except BaseException:
            kept.wanted = True
            raise
        finally:
            if not kept.wanted:
                shutil.rmtree(kept.place, ignore_errors=True)
                try:
                    kept.place.parent.rmdir()  # if it was the last one
                except OSError:
                    pass


@pytest.hookimpl(hookwrapper=True)  # type: ignore[misc]
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, None]:
    outcome = yield
    report = outcome.get_result()
    kept = item.stash.get(_stash_key, None)
    if kept is None or not report.failed:
        return
    kept.wanted = True
    made = getattr(item, "mlosim_world", None)
    if made is not None and report.when == "call":
        kept.when = f", at {_time_of(made)} of the world"
    report.sections.append(("mlosim", "\n".join(kept.lines(item))))


def _time_of(made: World) -> str:
    try:
        return f"{made.now:.6f} s"
    except Exception:  # the report of a failure must not fail because the world is gone
        return "its end"
