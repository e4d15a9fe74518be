import sys
import threading

from idioms import ffi, lib

count = 0


@ffi.def_extern()
def idiom_count():
    global count
    count += 1
    return count


def use_ctypes(ctypes):
    value = ctypes.c_int(41)
    value.value += 1
    assert value.value == 42
    return ctypes.sizeof(ctypes.c_void_p) == 8


def use_ssl(ssl):
    ssl.create_default_context()
    return ssl.OPENSSL_VERSION_INFO > (1,)


def use_sqlite3(sqlite3):
    db = sqlite3.connect(":memory:")
    rows = db.execute("select 6 * ?", (7,)).fetchall()
    db.close()
    return rows == [(42,)]


USES = {
    "ctypes": use_ctypes,
    "json": lambda m: m.loads(m.dumps([1, {"a": None}])) == [1, {"a": None}],
    "decimal": lambda m: str(m.Decimal("0.1") + m.Decimal("0.2")) == "0.3",
    "datetime": lambda m: m.date(2024, 2, 28) + m.timedelta(1)
    == m.date(2024, 2, 29),
    "sqlite3": use_sqlite3,
    "ssl": use_ssl,
    "hashlib": lambda m: m.sha256(b"").hexdigest().startswith("e3b0c442"),
    "zlib": lambda m: m.decompress(m.compress(b"x" * 99)) == b"x" * 99,
    "asyncio": lambda m: m.run(m.sleep(0, 42)) == 42,
    "subprocess": lambda m: m.run(["true"]).returncode == 0,
    "array": lambda m: sum(m.array("i", [1, 2])) == 3,
    "select": lambda m: m.select([], [], [], 0) == ([], [], []),
}


@ffi.def_extern()
def idiom_import(module):
    name = ffi.string(module).decode()
    return USES[name](__import__(name))


@ffi.def_extern()
def idiom_helper():
    import idioms_helper
    return idioms_helper.VALUE


stop = threading.Event()
began = threading.Event()
rounds = 0


def work():
    global rounds
    while not stop.is_set():
        rounds += 1
        began.set()


@ffi.def_extern()
def idiom_thread_start():
    global thread
    thread = threading.Thread(target=work)
    thread.start()
    return began.wait(20)


@ffi.def_extern()
def idiom_thread_stop():
    stop.set()
    thread.join(20)
    return -1 if thread.is_alive() else rounds


@ffi.def_extern()
def idiom_print():
    streams = [s for s in (sys.stdout, sys.stderr) if s is not None]
    for stream in streams:
        print("text", file=stream, flush=True)
    return len(streams) + (sys.stdin is not None)
