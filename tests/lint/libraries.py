"""Third-party headers stay where they belong, so that a change of a library has one place, and builds stay quick."""

import re

# header prefix, where it may stand (a regular expression on the path), what to use elsewhere
RULES = [
    (r"sodium(\.h|/)", r"base/(keys|hash|keystore|secret_text|constant_time)\.cpp|client/[a-z0-9_/]+\.cpp|bench/.*", "base/keys.h, base/hash.h"),
    (r"cereal/", r"base/codec\.h", "base/fields.h in headers, base/codec.h in .cpp files"),
    (r"spdlog/", r"base/log\.cpp", "base/log.h"),
    (r"rocksdb/", r"(chain/store|bench)/.*", "chain/storage.h"),
    (r"boost/(asio|beast)", r"(net|p2p|node|client)/.*", "a function of net, p2p, node/api or client"),
    (r"openssl/", r"(net|p2p|node|client|genesis)/.*\.cpp|(p2p|node|client)/.*\.h", "p2p"),
    (r"boost/json", r"(chain/json|genesis|net/http|node|client|wallet-cli|bridge|audit|iso20022|bench)/.*|base/json[a-z_]*\.(h|cpp)", "chain/json"),
    (r"toml\+\+|toml\.hpp", r"(genesis|node|client|wallet-cli|bridge|audit)/.*\.cpp", "the configuration of the program"),
    (r"CLI/", r"(genesis|node|wallet-cli|bridge|audit|bench)/.*\.cpp|net/http/token_program\.cpp", "the program's main"),
    (r"soci/", r"(bridge/book|audit/[a-z0-9_]+)/.*\.cpp", "bridge/book/sql.h"),
    (r"seccomp\.h", r"bridge/parser/shut_in\.cpp", "bridge/parser/parser.h"),
    (r"libxml", r"iso20022/.*\.cpp", "iso20022"),
    (r"unicode/", r"bridge/screening/(normal|country_names)\.cpp", "bridge/screening/normal.h"),
    (r"prometheus/", r"net/http/metrics_text\.cpp", "net/http/metrics_text.h"),
    (r"zstd\.h", r"(chain/store|node|p2p|client|audit)/.*\.cpp", "the house that compresses"),
    (r"(gtest|gmock|rapidcheck)(/|\.h)", r"tests/.*", "tests/"),
    (r"benchmark/", r"bench/.*", "bench/"),
]


def check(tree):
    rules = [(re.compile(header), re.compile(place), header, instead) for header, place, instead in RULES]
    for name in tree.cpp_files():
        is_test = name.startswith("tests/")
        for number, kind, included in tree.includes(name):
            for header, place, label, instead in rules:
                if not header.match(included) or place.fullmatch(name):
                    continue
                # Tests look at libraries directly where that is the point of the test.
                if is_test and label not in ("cereal/", "spdlog/"):
                    continue
                yield f"{name}:{number}: includes {included}; use {instead}"


SAMPLES = [
    ("sodium where it belongs", {"base/keys.cpp": "#include <sodium.h>\n"}, None),
    ("sodium elsewhere", {"chain/a.cpp": "#include <sodium.h>\n"}, "chain/a.cpp:1: includes sodium.h"),
    ("cereal in a type", {"chain/a.h": "#include <cereal/cereal.hpp>\n"}, "base/fields.h in headers"),
    ("spdlog elsewhere", {"node/a.cpp": "#include <spdlog/spdlog.h>\n"}, "use base/log.h"),
    ("rocksdb in a header", {"chain/storage.h": "#include <rocksdb/db.h>\n"}, "use chain/storage.h"),
    ("beast in a wallet", {"wallet-cli/a.cpp": "#include <boost/beast.hpp>\n"}, "boost/beast.hpp"),
    ("SOCI elsewhere", {"bridge/run.cpp": "#include <soci/soci.h>\n"}, "use bridge/book/sql.h"),
    ("libxml elsewhere", {"client/a.cpp": "#include <libxml/parser.h>\n"}, "use iso20022"),
    ("gtest in a house", {"base/a.cpp": "#include <gtest/gtest.h>\n"}, "use tests/"),
    ("a test reads JSON", {"tests/unit/a.cpp": "#include <boost/json.hpp>\n#include <gtest/gtest.h>\n"}, None),
]
