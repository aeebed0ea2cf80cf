"""Where mlosimd and its library are: in a build folder, installed, or wherever the environment says."""
from __future__ import annotations

import os
import pathlib
import shutil
from typing import Iterator, Optional

from .errors import NotFound

PACKAGE = pathlib.Path(__file__).resolve().parent
LIBRARY = "libmlosim-preload.so"
SYSTEM_PATH = os.environ.get("PATH", "/usr/local/bin:/usr/bin:/bin") + ":/usr/sbin:/sbin"


def mlosimd() -> pathlib.Path:
    """$MLOSIMD; in $MLOSIM_BUILD; in folder `build` of the clone that this package lies in; of the installation that it lies
    in; in PATH."""
    named = os.environ.get("MLOSIMD")
    if named:
        return _existing(pathlib.Path(named), "MLOSIMD")
    build = os.environ.get("MLOSIM_BUILD")
    if build:
        return _existing(pathlib.Path(build) / "src" / "mlosimd", "MLOSIM_BUILD")
    for place in _near():
        if place.is_file() and os.access(place, os.X_OK):
            return place
    found = shutil.which("mlosimd", path=SYSTEM_PATH)
    if found:
        return pathlib.Path(found).resolve()
    raise NotFound("no mlosimd: build it (scripts/quickstart), or let MLOSIM_BUILD name a build folder or MLOSIMD the program")


def _near() -> Iterator[pathlib.Path]:
    yield PACKAGE.parents[1] / "build" / "src" / "mlosimd"  # CLONE/python/mlosim
    if len(PACKAGE.parents) > 3:
        yield PACKAGE.parents[3] / "bin" / "mlosimd"  # PREFIX/share/mlosimd/python/mlosim


def preload(daemon: pathlib.Path) -> pathlib.Path:
    """The library that belongs to that daemon."""
    here = daemon.resolve().parent
    in_build = here / "host" / LIBRARY
    if in_build.is_file():
        return in_build
    for pattern in ("lib*/" + LIBRARY, "lib*/*/" + LIBRARY, "lib*/*/*/" + LIBRARY):
        for found in sorted(here.parent.glob(pattern)):
            return found
    raise NotFound(f"no {LIBRARY} beside {daemon}")


def program(name: str, variable: Optional[str] = None) -> str:
    """A program of the machine's: by the environment variable if that is set, else in PATH and the sbin folders."""
    named = os.environ.get(variable) if variable else None
    if named:
        return str(_existing(pathlib.Path(named), variable or ""))
    found = shutil.which(name, path=SYSTEM_PATH)
    if not found:
        raise NotFound(f"{name} is not installed")
    return found


def _existing(path: pathlib.Path, variable: str) -> pathlib.Path:
    if not path.is_file():
        raise NotFound(f"{variable}: {path} is not there")
    return path.absolute()
