"""Lets the examples run from a clone, where nothing is installed: `pytest python/examples`."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

pytest_plugins = ["mlosim.pytest_plugin"]
