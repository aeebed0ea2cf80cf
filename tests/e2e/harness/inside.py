"""For scripts that live in a world's time themselves, as `mlosimctl exec -- python3 SCRIPT` starts them: in place of a
harness.world.World, which looks at one from outside. What they start lives there too."""
import os
import subprocess

from harness import programs
from harness.world import PATIENCE, run


class Inside:
    def command(self, *command):
        return [str(part) for part in command]

    def environment(self):
        return {**os.environ, "PATH": programs.SYSTEM_PATH}

    def run(self, *command, timeout=PATIENCE):
        return run(self.command(*command), self.environment(), timeout)

    def start(self, *command, **options):
        return subprocess.Popen(self.command(*command), env=self.environment(), stdin=subprocess.DEVNULL, **options)
