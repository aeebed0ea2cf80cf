"""Runs a file's unittest cases and reports each as one TAP line, so that every case is counted by its own name."""
import os
import sys
import time
import traceback
import unittest


class Skipped(unittest.SkipTest):
    """For what is nobody's fault where it is missing. Any other way to skip counts as a failure."""


class TapResult(unittest.TestResult):
    def __init__(self):
        super().__init__()
        self.number = 0
        self.failed = False
        self.begun = 0.0

    def startTest(self, test):
        super().startTest(test)
        self.begun = time.monotonic()

    def addSuccess(self, test):
        self._line(test, "ok")

    def addFailure(self, test, error):
        self._failure(test, error)

    def addError(self, test, error):
        self._failure(test, error)

    def addSkip(self, test, reason):
        # A program that is missing is a failure of the machine's set-up, said aloud: but for those that Debian has not.
        if reason.startswith("MLOSIM_HOSTAPD_BE"):
            self._line(test, "ok", f" # SKIP {reason}")
        else:
            self._failure(test, None, f"skipped: {reason}")

    def addSubTest(self, test, subtest, error):
        if error is not None:
            self._failure(subtest, error)

    def _line(self, test, verdict, directive=""):
        self.number += 1
        print(f"{verdict} {self.number} - {name_of(test)}{directive}", flush=True)
        print(f"#   took {time.monotonic() - self.begun:.2f} s", flush=True)

    def _failure(self, test, error, text=""):
        self.failed = True
        self._line(test, "not ok")
        for line in (text or "".join(traceback.format_exception(*error))).splitlines():
            print(f"#   {line}", flush=True)


def name_of(test):
    case = getattr(test, "test_case", test)
    suffix = test._subDescription() if test is not case and hasattr(test, "_subDescription") else ""
    if not hasattr(case, "_testMethodName"):  # setUpClass failed
        return str(case).replace("#", "")
    return f"{type(case).__name__}.{case._testMethodName.removeprefix('test_')} {suffix}".strip().replace("#", "")


def say(text):
    """A figure or a remark for the log."""
    for line in str(text).splitlines():
        print(f"# {line}", flush=True)


def main():
    pattern = sys.argv[1] if len(sys.argv) > 1 else ""
    suite = unittest.TestSuite()
    for test in iterate(unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"])):
        if pattern in name_of(test):
            suite.addTest(test)
    total = suite.countTestCases()
    result = TapResult()
    suite.run(result)
    print(f"1..{result.number}", flush=True)
    sys.stdout.flush()
    os._exit(1 if result.failed or total == 0 else 0)


def iterate(suite):
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from iterate(test)
        else:
            yield test
