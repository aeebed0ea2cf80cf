"""Programs in virtual time: every call that waits, threads, processes, Python, shells; and that they do the same again each time."""
import re
import sys
import time
import unittest

from harness import programs, tap
from harness.world import Died, World

SCENARIO = {"clock": "virtual", "deterministic_entropy": True, "radios": [{"name": "r", "profile": "generic-be"}]}


class InVirtualTime(unittest.TestCase):
    def run_in(self, world, *command):
        got = world.run(*command)
        self.assertEqual(got.code, 0, got)
        return got.out

    def run_alone(self, *command, seed=1):
        with World(SCENARIO, "--seed", seed) as world:
            return self.run_in(world, *command)

    def python(self, code, **more):
        return self.run_alone(sys.executable, "-c", code, **more).split("\n")[:-1]


class CPrograms(InVirtualTime):
    PROGRAMS = {"shim_time": 11, "shim_time_io": 12, "shim_time_threads": 10}

    def test_all_their_cases_hold(self):
        for name, cases in self.PROGRAMS.items():
            begin = time.monotonic()
            with World(SCENARIO) as world:
                got = world.run(programs.built("tests/e2e/shim/" + name))
            tap.say(got.out)
            self.assertEqual((got.code, got.err), (0, ""))
            self.assertEqual(len(re.findall(r"^ok ", got.out, re.M)), cases)
            self.assertLess(time.monotonic() - begin, 20)

    def test_do_the_same_each_time(self):
        for name in self.PROGRAMS:
            program = programs.built("tests/e2e/shim/" + name)
            first = self.run_alone(program, seed=5)
            self.assertEqual(first, self.run_alone(program, seed=5))
        numbers = [re.findall("# random.*", self.run_alone(programs.built("tests/e2e/shim/shim_time_io"), seed=seed)) for seed in (5, 6)]
        self.assertNotEqual(*numbers)

    def test_go_on_in_real_time_without_their_daemon(self):
        code = """
import os, sys, threading, time
def wait():
    for _ in range(4): time.sleep(0.05)
threads = [threading.Thread(target=wait) for _ in range(3)]
for thread in threads: thread.start()
time.sleep(0.1)
os.kill(int(sys.argv[1]), 9)
for thread in threads: thread.join()
start = time.monotonic()
time.sleep(0.1)
print(0.1 <= time.monotonic() - start < 5)
"""
        world = World(SCENARIO)
        with self.assertRaises(Died), world:
            got = world.run(sys.executable, "-c", code, world.process.pid)
        self.assertEqual((got.code, got.out), (0, "True\n"), got)


class PythonProgram(InVirtualTime):
    def test_waits_in_threads_and_queues(self):
        self.assertEqual(self.python("""
import queue, threading, time
start = time.monotonic()
def passed(): return round(time.monotonic() - start, 3)
q = queue.Queue()
threads = [threading.Thread(target=lambda n=n: (time.sleep(n), q.put(n))) for n in (30, 10, 20)]
for thread in threads: thread.start()
print([q.get() for _ in threads], passed())
try: q.get(timeout=10)
except queue.Empty: print("empty", passed())
for thread in threads: thread.join()
event = threading.Event()
threading.Timer(5, event.set).start()
print(event.wait(60), passed())
lock = threading.Lock()
lock.acquire()
print(lock.acquire(timeout=7), passed())
"""), ["[10, 20, 30] 30.0", "empty 40.0", "True 45.0", "False 52.0"])

    def test_runs_programs_with_time_outs(self):
        self.assertEqual(self.python("""
import subprocess, time
start = time.monotonic()
def passed(): return round(time.monotonic() - start, 3)
print(subprocess.run(["sleep", "30"]).returncode, passed())
try: subprocess.run(["sleep", "30"], timeout=4)
except subprocess.TimeoutExpired: print("expired", passed())
print(subprocess.run("sleep 2; echo a; sleep 2; echo b", shell=True, capture_output=True, text=True).stdout.split(), passed())
with subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as cat: print(cat.communicate("to and fro")[0])
"""), ["0 30.0", "expired 34.0", "['a', 'b'] 38.0", "to and fro"])

    def test_has_pools_of_processes_and_threads(self):
        self.assertEqual(self.python("""
import concurrent.futures, http.server, multiprocessing, threading, time, urllib.request
start = time.monotonic()
def passed(): return round(time.monotonic() - start)
def square(n):
    time.sleep(n)
    return n * n
with multiprocessing.Pool(3) as pool: print(pool.map(square, [3, 1, 2]), passed())
numbers = multiprocessing.Queue()
process = multiprocessing.Process(target=lambda: (time.sleep(5), numbers.put("five")))
process.start()
print(numbers.get(), passed())
process.join()
with concurrent.futures.ThreadPoolExecutor(4) as pool: print(list(pool.map(square, [4, 3, 2, 1])), passed())
with concurrent.futures.ProcessPoolExecutor(2) as pool: print(list(pool.map(square, [4, 3])), passed())
print(multiprocessing.Event().wait(3), passed())
class Answers(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        time.sleep(1)
        self.send_response(204)
        self.end_headers()
    def log_message(self, *_): pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(urllib.request.urlopen(f"http://127.0.0.1:{server.server_port}/").status, passed())
server.shutdown()
"""), ["[9, 1, 4] 3", "five 8", "[16, 9, 4, 1] 12", "[16, 9] 16", "False 19", "204 20"])

    def test_sees_signals_sockets_and_asyncio(self):
        self.assertEqual(self.python("""
import asyncio, select, signal, socket, threading, time
start = time.monotonic()
def passed(): return round(time.monotonic() - start, 3)
print(select.select([], [], [], 7), passed())
async def after(n):
    await asyncio.sleep(n)
    return n
async def all_of(): return await asyncio.gather(after(10), after(5), after(7.5))
print(asyncio.run(all_of()), passed())
came = []
signal.signal(signal.SIGALRM, lambda *_: came.append(passed()))
signal.setitimer(signal.ITIMER_REAL, 1, 2)
while len(came) < 3: signal.pause()
signal.setitimer(signal.ITIMER_REAL, 0)
print(came)
ours, theirs = socket.socketpair()
def echo():
    while data := theirs.recv(100): time.sleep(0.5); theirs.sendall(data)
thread = threading.Thread(target=echo)
thread.start()
for i in range(3):
    ours.sendall(b"%d" % i)
    print(ours.recv(10), passed())
ours.close()
thread.join()
"""), ["([], [], []) 7.0", "[10, 5, 7.5] 17.0", "[18.0, 20.0, 22.0]", "b'0' 22.5", "b'1' 23.0", "b'2' 23.5"])

    def test_has_the_same_random_numbers_and_addresses_again(self):
        code = """
import os, random, secrets, ssl, hashlib, uuid
print(os.urandom(8).hex(), random.random(), secrets.token_hex(8), ssl.RAND_bytes(8).hex(), uuid.uuid4())
print(set("abcdefgh"), id(object()))
if os.fork() == 0: print("child", os.urandom(8).hex(), ssl.RAND_bytes(8).hex(), flush=True); os._exit(0)
os.wait()
print("parent", os.urandom(8).hex(), ssl.RAND_bytes(8).hex())
"""
        first = self.python(code)
        self.assertEqual(first, self.python(code))
        self.assertEqual(len(first), 4)
        numbers = [word for line in (first[0], first[2], first[3]) for word in line.split()]
        self.assertEqual(len(set(numbers)), len(numbers), "child and parent share a stream")
        self.assertNotEqual(first, self.python(code, seed=2))


class Shells(InVirtualTime):
    def shell(self, script, shell="bash"):
        return self.run_alone(shell, "-c", script).split()

    def test_wait_for_jobs_and_pipes(self):
        for shell in ("bash", "dash"):
            begin = time.monotonic()
            self.assertEqual(self.shell("a=$(date +%s); sleep 1000 & sleep 10; wait; b=$(date +%s); echo $((b - a))", shell), ["1000"])
            self.assertEqual(self.shell("a=$(date +%s); (sleep 3; echo abc; sleep 3; echo aa) | sed s/a/b/ | tr a c | sort;"
                                        " b=$(date +%s); echo $((b - a))", shell), ["bbc", "bc", "6"])
            self.assertEqual(self.shell("for i in 3 1 2; do (sleep $i; echo $i) & done; wait", shell), ["1", "2", "3"])
            self.assertLess(time.monotonic() - begin, 15)

    def test_time_out_and_trap(self):
        self.assertEqual(self.shell("timeout 5 sleep 100; echo $?"), ["124"])
        self.assertEqual(self.shell("trap 'echo term' TERM; (sleep 2; kill $$) & sleep 5; wait; echo end"), ["term", "end"])
        self.assertEqual(self.shell("seq 100000 | sort -n | tail -1"), ["100000"])
        self.assertEqual(self.shell("read -t 3 x < <(sleep 10; echo late); echo $?"), ["142"])

    def test_openssl_has_the_same_random_numbers_again(self):
        command = (programs.system("openssl"), "rand", "-hex", "16")
        first = self.run_alone(*command)
        self.assertEqual(first, self.run_alone(*command))
        self.assertNotEqual(first, self.run_alone(*command, seed=2))


class RealWorlds(unittest.TestCase):
    def test_leave_time_and_random_numbers_alone(self):
        with World({"clock": "real", "radios": SCENARIO["radios"]}) as world:
            code = "import time, os; a = time.time(); time.sleep(0.05); print(a, time.time() - a, os.urandom(8).hex())"
            first, second = (world.run(sys.executable, "-c", code).out.split() for _ in range(2))
        self.assertLess(abs(float(first[0]) - time.time()), 60)
        self.assertGreaterEqual(float(first[1]), 0.05)
        self.assertNotEqual(first[2], second[2])


if __name__ == "__main__":
    tap.main()
