"""A Slurm cluster of one node, made of Debian's programs, private to a test: its own folder, keys and ports, no privilege, no systemd."""
import contextlib
import getpass
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time

from harness import programs

PATIENCE = 60


def free_ports(count):
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


class Cluster:
    """`with Cluster() as cluster:`, then cluster.environment() for sbatch and squeue."""

    def __init__(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="mlosim-slurm-"))
        self.processes = []

    def __enter__(self):
        try:
            self._write()
            self._start("munged", "--foreground", "--force", f"--socket={self.directory}/munge.socket", f"--key-file={self.directory}/munge.key",
                        f"--pid-file={self.directory}/munged.pid", f"--seed-file={self.directory}/munge.seed", f"--log-file={self.directory}/munged.log")
            self._until(lambda: (self.directory / "munge.socket").exists(), "munged")
            self._start("slurmctld", "-D", "-i", "-f", self.directory / "slurm.conf")
            self._start("slurmd", "-D", "-f", self.directory / "slurm.conf")
            self._until(lambda: "idle" in self.run("sinfo", "--noheader", "--format=%T").stdout, "the node")
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(self, kind, error, trace):
        self.run("scancel", f"--user={getpass.getuser()}")
        # In the order of their need for each other: the node, the controller, who vouches for both.
        for process in reversed(self.processes):
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        shutil.rmtree(self.directory, ignore_errors=True)

    def _write(self):
        host = socket.gethostname().split(".")[0]
        user = getpass.getuser()
        controller, node = free_ports(2)
        key = self.directory / "munge.key"
        key.write_bytes(os.urandom(1024))
        key.chmod(0o400)
        self.directory.chmod(0o755)
        for folder in ("state", "spool"):
            (self.directory / folder).mkdir()
        d = self.directory
        (d / "slurm.conf").write_text(f"""
ClusterName=mlosim
SlurmctldHost={host}(127.0.0.1)
SlurmUser={user}
SlurmdUser={user}
SlurmctldPort={controller}
SlurmdPort={node}
AuthType=auth/munge
AuthInfo=socket={d}/munge.socket
CredType=cred/munge
StateSaveLocation={d}/state
SlurmdSpoolDir={d}/spool
SlurmctldPidFile={d}/slurmctld.pid
SlurmdPidFile={d}/slurmd.pid
SlurmctldLogFile={d}/slurmctld.log
SlurmdLogFile={d}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SlurmdParameters=config_overrides
SchedulerParameters=batch_sched_delay=0,sched_interval=1,bf_interval=1
ReturnToService=2
KillWait=2
InactiveLimit=0
NodeName={host} NodeAddr=127.0.0.1 CPUs={os.cpu_count()} State=UNKNOWN
PartitionName=test Nodes={host} Default=YES MaxTime=INFINITE State=UP
""")

    def _start(self, program, *arguments):
        with open(self.directory / f"{program}.out", "wb") as out:
            self.processes.append(subprocess.Popen([programs.system(program), *map(str, arguments)], env=self.environment(),
                                                   stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, start_new_session=True))

    def _until(self, so, what):
        deadline = time.monotonic() + PATIENCE
        while not so():
            ended = [p.args[0] for p in self.processes if p.poll() is not None]
            if ended or time.monotonic() > deadline:
                raise RuntimeError(f"{what} does not come up, ended: {ended}\n{self.logs()}")
            time.sleep(0.1)

    def logs(self):
        files = sorted(self.directory.glob("*.out")) + sorted(self.directory.glob("*.log"))
        return "\n".join(f"{f.name}:\n{f.read_text(errors='replace')[-2000:]}" for f in files)

    def environment(self):
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("SLURM_", "SBATCH_", "CI_NODE_"))}
        return dict(clean, SLURM_CONF=str(self.directory / "slurm.conf"), PATH=programs.SYSTEM_PATH, LC_ALL="C")

    def run(self, *command, **options):
        return subprocess.run([str(word) for word in command], env=self.environment(), stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, errors="replace", timeout=PATIENCE * 2, **options)
