"""The programs of `memory_accuracy`, and what is true of them."""

from __future__ import annotations

MIB = 1024 * 1024

# A bytes object of 95 bytes takes 128, exactly what the small-object allocator hands out, and 8 in the list.
_COMMON = """\
import ctypes, mmap, os, sys, threading, time
MIB = 1 << 20
def objects(mib):
    n = int(mib * MIB / 136)
    kept = [None] * n
    for i in range(n): kept[i] = bytes(95)
    return kept
"""

MEMORY: dict[str, tuple[str, dict[str, float]]] = {
    "kinds": (
        _COMMON
        + """
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
libc.malloc.argtypes = [ctypes.c_size_t]
def small():
    n = int(60 * MIB / 136)
    kept = [None] * n
    for i in range(n): kept[i] = bytes(95)
    return kept
def hidden():
    block = libc.malloc(50 * MIB)
    ctypes.memset(block, 1, 50 * MIB)
    return block
def mapped():
    block = mmap.mmap(-1, 40 * MIB)
    for at in range(0, 40 * MIB, 4096): block[at] = 1
    return block
def buffer():
    return bytearray(b"x") * (30 * MIB)
def temporaries():
    for i in range(200000): [i] * 20
kept = [small(), hidden(), mapped()]
temporaries()
kept.append(buffer())
time.sleep(0.05)
""",
        {"small": 60, "hidden": 50, "mapped": 40, "buffer": 30, "temporaries": 0},
    ),
    "burst": (
        _COMMON
        + """
def keeper(): return bytearray(b"x") * (40 * MIB)
def burst(): return len(b"x" * (80 * MIB))
kept = keeper()
burst()
t = 0
for i in range(300000): t += i
""",
        {"keeper": 40, "burst": 80},
    ),
    "phases": (
        _COMMON
        + """
def one():
    n = int(50 * MIB / 136)
    kept = [None] * n
    for i in range(n): kept[i] = bytes(95)
def two():
    n = int(70 * MIB / 136)
    kept = [None] * n
    for i in range(n): kept[i] = bytes(95)
def three():
    n = int(40 * MIB / 136)
    kept = [None] * n
    for i in range(n): kept[i] = bytes(95)
for _ in range(2):
    one(); two(); three()
""",
        {"one": 0, "two": 70, "three": 0},
    ),
    "shared": (
        _COMMON
        + """
def first(kept, i): kept[i] = bytes(95)
def second(kept, i): kept[i] = bytes(223)
def run():
    n = 150000
    kept = [None] * (2 * n)
    for i in range(n):
        first(kept, 2 * i); second(kept, 2 * i + 1)
    return kept
kept = run()
""",
        {"first": 150000 * 128 / MIB, "second": 150000 * 256 / MIB},
    ),
    "streams": (
        _COMMON
        + """
def streaming(n):
    for i in range(n): yield bytes(95)
def consuming(n):
    total = 0
    for piece in streaming(n): total += len(piece)
    return total
def listing(n):
    kept = [None] * n
    for i in range(n): kept[i] = bytes(95)
    return sum(map(len, kept))
consuming(300000)
listing(300000)
consuming(300000)
""",
        {"streaming": 0, "consuming": 0, "listing": 300000 * 136 / MIB},
    ),
    "library": (
        _COMMON
        + """
import json
TEXT = "[" + ",".join([chr(34) + "x" * 15 + chr(34)] * 400000) + "]"
def parsing(): return json.loads(TEXT)
def rendering(): return json.dumps(list(range(10))) * (1 << 20)
kept = parsing(), rendering()
""",
        {"parsing": 400000 * (64 + 8) / MIB, "rendering": 30},
    ),
    "threads": (
        _COMMON
        + """
def left(): return objects_left()
def objects_left():
    n = int(40 * MIB / 136)
    kept = [None] * n
    for i in range(n): kept[i] = bytes(95)
    time.sleep(1.0)
def right():
    kept = bytearray(b"x") * (30 * MIB)
    time.sleep(1.5)
threads = [threading.Thread(target=left), threading.Thread(target=right)]
for thread in threads: thread.start()
for thread in threads: thread.join()
""",
        {"objects_left": 40, "right": 30},
    ),
    "tasks": (
        _COMMON
        + """
import asyncio
async def holding():
    body = bytearray(b"x") * (2 * MIB)
    await asyncio.sleep(0.1)
    return len(body)
async def main(): await asyncio.gather(*(holding() for _ in range(20)))
asyncio.run(main())
""",
        {"holding": 40},
    ),
    "processes": (
        _COMMON
        + """
import multiprocessing
def forked(gate):
    kept = objects_forked()
    gate.wait()
def objects_forked():
    n = int(40 * MIB / 136)
    kept = [None] * n
    for i in range(n): kept[i] = bytes(95)
    return kept
def spawned(gate):
    kept = bytearray(b"x") * (30 * MIB)
    gate.wait()
def parent(): return bytearray(b"x") * (20 * MIB)
if __name__ == "__main__":
    kept = parent()
    children = []
    for method, target in (("fork", forked), ("spawn", spawned)):
        context = multiprocessing.get_context(method)
        gate = context.Event()
        child = context.Process(target=target, args=(gate,))
        child.start()
        children.append((child, gate))
    time.sleep(4)
    for child, gate in children: gate.set()
    for child, gate in children: child.join()
""",
        {"objects_forked": 40, "spawned": 30, "parent": 20},
    ),
}

_TIMED = """\
import gc, json, random, sys, time
random.seed(int(sys.argv[1]))
spent = {}
begun = [0.0]
def watch(phase, info):
    if phase == "start":
        begun[0] = time.thread_time()
    else:
        pause = time.thread_time() - begun[0]
        frame = sys._getframe(1)
        while frame is not None and (frame.f_code.co_filename != __file__ or frame.f_code.co_name == "<listcomp>"):
            frame = frame.f_back
        name = frame.f_code.co_name if frame else "?"
        spent[name] = spent.get(name, 0.0) + pause
gc.callbacks.append(watch)
def report(*names):
    gc.callbacks.remove(watch)
    print(json.dumps({"pauses": {name: spent.get(name, 0.0) for name in names}}))
"""

COLLECTOR = {
    "cycles 1 : 1": _TIMED
    + """
def left(n):
    for _ in range(n):
        a = [None]; a[0] = a
def right(n):
    for _ in range(n):
        a = [None]; a[0] = a
kept = [[i] for i in range(200000)]
work = [left, right] * 60
random.shuffle(work)
for function in work: function(8000)
report("left", "right")
""",
    "cycles 3 : 1": _TIMED
    + """
def major(n):
    for _ in range(n):
        a = [None]; a[0] = a
def minor(n):
    for _ in range(n):
        a = [None]; a[0] = a
kept = [[i] for i in range(200000)]
work = [(major, 12000), (minor, 4000)] * 60
random.shuffle(work)
for function, n in work: function(n)
report("major", "minor")
""",
    "growing heap": _TIMED
    + """
kept = []
def rows(n): kept.append([[i] for i in range(n)])
def pairs(n):
    kept.append([(i, []) for i in range(n)])
work = [rows, pairs] * 20
random.shuffle(work)
for function in work: function(25000)
report("rows", "pairs")
""",
}

_HELD = """\
import asyncio, atexit, json, os, sys, time, threading
held, blocked = {}, {}
TRUTH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "truth.json")
def note(where, name, seconds):
    if seconds >= 0.001:
        entry = where.setdefault(name, [0, 0.0])
        entry[0] += 1
        entry[1] += seconds * 1000
class Step:
    def __init__(self, name): self.name = name
    def __enter__(self): self.start = time.perf_counter()
    def __exit__(self, *_): note(held, self.name, time.perf_counter() - self.start)
def timed(function):
    def wrapper(*args):
        start = time.perf_counter()
        try:
            return function(*args)
        finally:
            note(blocked, function.__name__, time.perf_counter() - start)
    return wrapper
def report():
    with open(TRUTH, "w") as file:
        json.dump({"coroutines": held, "functions": blocked}, file)
atexit.register(report)
@timed
def sleeping(s): time.sleep(s)
@timed
def computing(n):
    t = 0
    for i in range(n): t += i * i % 7
@timed
def reading(mib):
    with open("/dev/zero", "rb", buffering=0) as file:
        for _ in range(mib): file.read(1 << 20)
async def sleeper(n):
    for i in range(n):
        with Step("sleeper"): sleeping(0.0015 + 0.0485 * i / n)
        await asyncio.sleep(0)
async def computer(n):
    for i in range(n):
        with Step("computer"): computing(20000 + 20000 * (i % 10))
        await asyncio.sleep(0)
async def reader(n):
    for i in range(n):
        with Step("reader"): reading(20 + i % 5 * 20)
        await asyncio.sleep(0)
async def patient():
    await asyncio.sleep(0.3)
"""

ASYNCIO = {
    "gather": _HELD
    + """
async def main(): await asyncio.gather(sleeper(60), computer(60), reader(40), patient())
asyncio.run(main())
""",
    "eager tasks": _HELD
    + """
async def first(n):
    with Step("first"): sleeping(0.01)
    await asyncio.sleep(0)
async def main():
    if hasattr(asyncio, "eager_task_factory"):
        asyncio.get_running_loop().set_task_factory(asyncio.eager_task_factory)
    for _ in range(20):
        await asyncio.create_task(first(1))
asyncio.run(main())
""",
    "loops in threads": _HELD
    + """
threads = [threading.Thread(target=lambda c=c: asyncio.run(c)) for c in (sleeper(40), computer(20))]
for thread in threads: thread.start()
asyncio.run(reader(40))
for thread in threads: thread.join()
""",
}

COST = {
    "call-heavy": """
def leaf(x): return x * 3 % 7
def calling(n):
    for i in range(n): leaf(leaf(i))
for _ in range(18): calling(900000)
""",
    "allocation-heavy": """
def hoarding(n): return [[i, str(i)] for i in range(n)]
def building(n): return {str(i): (i, i) for i in range(n)}
kept = []
for i in range(28):
    kept.append(hoarding(120000)); kept.append(building(70000))
    if len(kept) > 6: del kept[:4]
""",
    "mixed": """
import json, re
def parsing(n):
    for _ in range(n): json.loads(json.dumps({"a": list(range(60)), "b": "x" * 40}))
def matching(n):
    pattern = re.compile(r"(a+)+b|x")
    for i in range(n): pattern.search("aaaaaaaaac" + str(i))
def objects(n):
    class P:
        def __init__(self, x): self.x = x
    return sum(p.x for p in [P(i) for i in range(n)])
for _ in range(15):
    parsing(5000); matching(900); objects(250000)
""",
}
