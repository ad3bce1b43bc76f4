"""consensus/, chain/ and node/replica/ give the same bytes on every machine: nothing in them reads a clock, a file, the environment,
the locale or chance, waits, runs beside another, rounds, or depends on an order that is not that of the bytes."""

import re

PURE = ("consensus/", "chain/", "node/replica/")
EDGES = ("chain/store/", "chain/json/")

FORBIDDEN_HEADERS = [
    (r"chrono", "base/strong.h UnixMillis, handed in"),
    (r"thread|stop_token|mutex|shared_mutex|condition_variable|future|semaphore|latch|barrier", "an event and an action"),
    (r"atomic", "one thread"),
    (r"random", "base/random.h, seeded by the caller"),
    (r"fstream|iostream|sstream|filesystem|cstdio|print", "values in, values out; base/bytes.h for text"),
    (r"locale|clocale|regex", "base/text.h"),
    (r"cmath|cfloat|cfenv|numbers|complex|valarray", "integers of stated width, base/checked.h"),
    (r"ctime|sys/.*|unistd\.h|fcntl\.h|pthread\.h|time\.h|stdio\.h|signal\.h|csignal", "an argument"),
    (r"boost/.*|rocksdb/.*|openssl/.*|sodium.*|spdlog/.*|cereal/.*", "base/"),
    (r"execution|memory_resource", "plain loops"),
    (r"base/(log|keystore|secret_text|private_file)\.h", "an action that the driver carries out"),
]

FORBIDDEN_WORDS = [
    (r"\bstd::chrono::(system|steady|high_resolution)_clock\b|\b(clock_gettime|gettimeofday|time)\s*\(\s*(nullptr|NULL|0|&|CLOCK)", "the time that is handed in"),
    (r"\bstd::(jthread|thread|mutex|atomic|async|future|promise|condition_variable)\b", "an event and an action"),
    (r"\bthread_local\b|\bvolatile\b", "one thread"),
    (r"\bstd::(random_device|mt19937(_64)?|shuffle|sample|uniform_\w+|normal_\w+|rand)\b|\brand\s*\(\s*\)", "base/random.h, seeded by the caller"),
    (r"\bfill_random\b|\bSecretKey::generate\b", "what the caller hands in"),
    (r"\b(std::)?getenv\b|\bsystem\s*\(|\babort\s*\(", "a parameter; VOSTRO_CHECK for bugs"),
    (r"\bstd::(cout|cerr|clog|cin|ifstream|ofstream|stringstream|ostringstream|istringstream)\b|\bprintf\s*\(", "a value returned"),
    (r"\b(float|double|long double)\b", "integers; 128 bits inside mul_div"),
    (r"\b(sto(i|l|ll|ul|ull|f|d|ld)|strto[a-z]+|ato(i|l|ll|f))\s*\(", "std::from_chars"),
    (r"\bstd::(isdigit|isalpha|isalnum|isspace|isupper|islower|toupper|tolower|setlocale|locale)\b|\b(isdigit|isalpha|isalnum|isspace|isupper|islower|toupper|tolower)\s*\(", "base/text.h"),
    (r"\breinterpret_cast<\s*(std::)?u?intptr_t\s*>|\bstd::hash\b", "an order or a hash of the bytes"),
    (r"\btry\b|\bcatch\s*\(|\bthrow\b", "Result and fail"),
]

UNORDERED = re.compile(r"\b(std::)?unordered_(map|set|multimap|multiset)\b")
LOOK_UP_ONLY = re.compile(r"look-up only|never iterated", re.IGNORECASE)


def is_pure(name):
    return name.startswith(PURE) and not name.startswith(EDGES)


def check(tree):
    headers = [(re.compile(pattern), instead) for pattern, instead in FORBIDDEN_HEADERS]
    words = [(re.compile(pattern), instead) for pattern, instead in FORBIDDEN_WORDS]
    for name in filter(is_pure, tree.cpp_files()):
        for number, _, included in tree.includes(name):
            for pattern, instead in headers:
                if pattern.fullmatch(included):
                    yield f"{name}:{number}: includes {included}; use {instead}"
        before = ""
        for number, code, line in tree.code_lines(name):
            if code.lstrip().startswith("#"):
                before = line
                continue
            for pattern, instead in words:
                match = pattern.search(code)
                if match:
                    yield f"{name}:{number}: {match.group(0).strip()}; use {instead}"
            if UNORDERED.search(code) and not LOOK_UP_ONLY.search(before + line):
                yield (f"{name}:{number}: unordered container; use std::map or std::set, or say 'look-up only' in a "
                       "comment on the line or the one before")
            before = line


def sample(title, code, expected, name="consensus/a.cpp"):
    return title, {name: code + "\n"}, expected


SAMPLES = [
    sample("clean", "// float, std::thread\nconst char* a = \"double rand() time(nullptr)\";", None),
    sample("clock header", "#include <chrono>", "consensus/a.cpp:1: includes chrono"),
    sample("clock", "auto t = std::chrono::steady_clock::now();", "the time that is handed in"),
    sample("time()", "auto t = time(nullptr);", "the time that is handed in", "chain/a.cpp"),
    sample("mutex", "std::mutex m;", "an event and an action"),
    sample("atomic header", "#include <atomic>", "one thread"),
    sample("rand", "int x = rand();", "base/random.h"),
    sample("shuffle", "std::shuffle(a, b, g);", "base/random.h"),
    sample("getenv", "auto x = getenv(\"A\");", "a parameter"),
    sample("double", "double rate = 1;", "integers", "chain/fx.h"),
    sample("digit separators hide nothing", "long a = 1'000; float b; long c = 2'000;", "integers"),
    sample("stoi", "int x = std::stoi(s);", "std::from_chars"),
    sample("strtol", "long x = strtol(s, nullptr, 10);", "std::from_chars"),
    sample("to_string is fine", "auto x = std::to_string(7);", None),
    sample("locale", "bool b = std::isdigit(c);", "base/text.h"),
    sample("own is_digit is fine", "bool b = is_digit(c);", None),
    sample("iostream", "#include <iostream>", "values in, values out"),
    sample("fstream", "std::ifstream f(p);", "a value returned"),
    sample("rocksdb", "#include <rocksdb/db.h>", "use base/", "chain/a.cpp"),
    sample("store may", "#include <rocksdb/db.h>\n#include <mutex>", None, "chain/store/a.cpp"),
    sample("log", "#include \"base/log.h\"", "an action"),
    sample("unordered", "std::unordered_map<int, int> m;", "unordered container"),
    sample("unordered for look-up", "// Look-up only.\nstd::unordered_map<int, int> m;", None),
    sample("exception", "throw Oops{};", "Result and fail"),
    sample("replica", "#include <chrono>", "node/replica/a.cpp:1: includes chrono", "node/replica/a.cpp"),
    sample("other houses may", "#include <chrono>\nstd::mutex m;", None, "node/a.cpp"),
]
