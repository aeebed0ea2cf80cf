"""The unmodified programs that the tests run. One that is missing is an error, never a reason to skip."""
import os
import pathlib
import shutil

SOURCE = pathlib.Path(__file__).resolve().parents[3]
BUILD = pathlib.Path(os.environ.get("MLOSIM_BUILD", SOURCE / "build"))
SID = pathlib.Path(os.environ.get("MLOSIM_SID_DIR", SOURCE / "build-sid"))

SYSTEM_PATH = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"


class Missing(Exception):
    pass


def system(name):
    found = shutil.which(name, path=SYSTEM_PATH)
    if not found:
        raise Missing(f"{name} is not installed: run scripts/setup")
    return found


def sid(name):
    launcher = SID / "bin" / name
    if not launcher.exists():
        raise Missing(f"{launcher} is not there: run scripts/sid-tools")
    return str(launcher)


def built(path):
    program = BUILD / path
    if not program.exists():
        raise Missing(f"{program} is not built")
    return str(program)


def mlosimd():
    return built("src/mlosimd")


def mlosimctl():
    return built("src/ctl/mlosimctl")
