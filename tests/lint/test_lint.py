# SPDX-License-Identifier: MIT
"""The linter is held to its word: every rule is broken once in a small tree, and a clean tree stays clean."""

import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import lint  # noqa: E402
import sources  # noqa: E402

HEAD = "/* SPDX-License-Identifier: MIT */\n"
CLEAN = {
    "state/model/err.h": HEAD + "#pragma once\nint err_set(int code);\n",
    "state/store.h": HEAD + '#pragma once\n#include "state/model/err.h"\nint store_open(void);\n',
    "state/store.c": HEAD + '#include <sqlite3.h>\n#include "state/store.h"\n\n'
                            "int store_open(void) {\n        return 0;\n}\n",
    "connectors/http/http.h": HEAD + "#pragma once\nint http_get(void);\n",
    "config/load.h": HEAD + "#pragma once\nint load_file(void);\n",
    "daemon/cycle.h": HEAD + "#pragma once\nint cycle_run(void);\n",
}


def tree(tmp_path, extra):
    for name, text in (CLEAN | extra).items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def findings(tmp_path, extra):
    return lint.run(tree(tmp_path, extra))[0]


def test_a_clean_tree_has_no_findings(tmp_path):
    assert findings(tmp_path, {}) == []


def body(line):
    return HEAD + "int f(void);\n\nint f(void) {\n        " + line + "\n        return 0;\n}\n"


def including(*lines):
    return HEAD + "".join(line + "\n" for line in lines)


LONG_FUNCTION = HEAD + "int f(void);\n\nint f(void) {\n" + "        f();\n" * 79 + "        return 0;\n}\n"
BROKEN = {
    "model includes state": ("state/model/a.c", including('#include "state/store.h"'), 2, "wrong way"),
    "state includes connectors": ("state/a.c", including('#include "connectors/http/http.h"'), 2, "wrong way"),
    "connectors includes state": ("connectors/a.c", including('#include "state/store.h"'), 2, "wrong way"),
    "connectors includes config": ("connectors/a.c", including('#include "config/load.h"'), 2, "wrong way"),
    "a decoder includes http": ("connectors/decode/a.c", including('#include "connectors/http/http.h"'), 2, "floor"),
    "config includes daemon": ("config/a.h", including('#include "daemon/cycle.h"'), 2, "wrong way"),
    "no folder in the include": ("state/a.c", including('#include "store.h"'), 2, "write the folder"),
    "include upwards": ("state/a.c", including('#include "../state/store.h"'), 2, "write the folder"),
    "include of nothing": ("state/a.c", including('#include "state/none.h"'), 2, "not in the tree"),
    "build header outside daemon": ("config/a.c", including('#include "nq57-build.h"'), 2, "daemon/ only"),
    "sqlite outside the store": ("state/plan.c", including("#include <sqlite3.h>"), 2, "only in state/store"),
    "curl in state": ("state/a.c", including("#include <curl/curl.h>"), 2, "only in connectors/"),
    "json-c in state": ("state/a.c", including("#include <json-c/json.h>"), 2, "only in connectors/"),
    "yaml in connectors": ("connectors/a.c", including("#include <yaml.h>"), 2, "only in config/"),
    "systemd in config": ("config/a.c", including("#include <systemd/sd-daemon.h>"), 2, "only in connectors/"),
    "an unknown library": ("daemon/a.c", including("#include <glib/glib.h>"), 2, "no library"),
    "strcpy": ("daemon/a.c", body("strcpy(a, b);"), 5, "strcpy() is banned"),
    "strtol": ("state/a.c", body("x = strtol (s, 0, 10);"), 5, "strtol() is banned"),
    "localtime": ("daemon/a.c", body("localtime(&t);"), 5, "localtime() is banned"),
    "a library that prints": ("state/a.c", body('printf("x");'), 5, "libraries are silent"),
    "a library that exits": ("connectors/a.c", body("exit(1);"), 5, "does not end the process"),
    "no licence line in C": ("state/a.c", "int x(void);\n", 1, "SPDX"),
    "no licence line in Python": ("tests/a.py", "import os\n", 1, "SPDX"),
    "a long line": ("state/a.c", HEAD + "/* " + "x" * 120 + " */\n", 2, "126 columns"),
    "a tab in C": ("state/a.c", HEAD + "\tint f(void);\n", 2, "spaces"),
    "white space at the end": ("docs/a.md", "words \n", 1, "white space"),
    "a path of one machine": ("docs/a.md", "see /wo" "rk/main\n", 1, "one machine"),
    "a reference to other people's folder": ("README.md", "see ../sha" "red/design.md\n", 1, "one machine"),
    "unfinished work": ("state/a.c", HEAD + "/* TO" "DO: more */\n", 2, "unfinished"),
    "a long file": ("state/a.c", HEAD + "\n" * 600, 601, "601 lines"),
    "a long header": ("state/a.h", HEAD + "\n" * 150, 151, "151 lines"),
    "a long Python file": ("tests/a.py", "# SPDX-License-Identifier: MIT\n" + "\n" * 600, 601, "601 lines"),
    "a long function": ("state/a.c", LONG_FUNCTION, 4, "f has 82 lines"),
    "a variable at file scope": ("state/a.c", HEAD + "static int counter;\n", 2, "file scope"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_rule_is_found_where_it_is_broken(tmp_path, name):
    path, text, line, words = BROKEN[name]
    found = findings(tmp_path, {path: text})
    assert [(p, n) for p, n, _ in found] == [(path, line)]
    assert words in found[0][2]


ALLOWED = {
    "words in comments and strings": ("state/a.c", body('f("strcpy(a, b)"); /* printf(x) */ // exit(1)')),
    "the longest function": ("state/a.c", LONG_FUNCTION.replace("        f();\n        f();\n", "", 1)),
    "constant tables": ("state/a.c", HEAD + "static const int table[] = {\n        1,\n};\n"),
    "a member with a banned name": ("daemon/a.c", body("x->system(1);")),
    "a delivery program prints": ("connectors/mail/deliver-smtp.c", body('fprintf(stderr, "x");')),
    "tests include anything": ("tests/unit/a.c", including("#include <sqlite3.h>", '#include "daemon/cycle.h"')),
    "a table whose name stands at its end": ("state/a.c",
                                             HEAD + "static const struct {\n        int a;\n} t[] = {\n};\n"),
    "a corpus of odd bytes": ("tests/fuzz/corpus/due/00", "words \t \n"),
    "an empty package file": ("tests/simulators/__init__.py", ""),
}


@pytest.mark.parametrize("name", ALLOWED)
def test_what_the_rules_allow_is_not_reported(tmp_path, name):
    path, text = ALLOWED[name]
    assert findings(tmp_path, {path: text}) == []


def test_nothing_is_let_off():
    assert lint.LET_OFF == ()


STATE_BUILD = "# SPDX-License-Identifier: MIT\nstate_sources = files(\n  'store.c',\n  'gone.c',\n)\n"
UNIT_BUILD = "# SPDX-License-Identifier: MIT\nunit_tests = [\n]\nprobes = [\n]\n"


def test_lists_of_the_build_are_compared_with_the_folders(tmp_path):
    extra = {"state/meson.build": STATE_BUILD, "state/new.c": HEAD, "tests/unit/meson.build": UNIT_BUILD,
             "tests/unit/test-store.c": including('#include "state/store.h"')}
    said = [message for _, _, message in findings(tmp_path, extra)]
    assert any("does not name new.c" in message for message in said)
    assert any("names gone.c" in message for message in said)
    assert any("does not name store" in message for message in said)
    for name, text in (("connectors", "connectors_sources"), ("config", "config_sources"),
                       ("state/model", "model_sources")):
        (tmp_path / name / "meson.build").write_text(f"# SPDX-License-Identifier: MIT\n{text} = files(\n)\n")
    (tmp_path / "daemon/meson.build").write_text(
        "# SPDX-License-Identifier: MIT\ndaemon_sources = files(\n)\nctl_sources = files(\n)\n")
    (tmp_path / "tests/fuzz").mkdir()
    (tmp_path / "tests/fuzz/meson.build").write_text("# SPDX-License-Identifier: MIT\nfuzz_tests = [\n]\n")
    (tmp_path / "tests/fuzz/fuzz-load.c").write_text(including('#include "config/load.h"'))
    (tmp_path / "tests/unit/http-probe.c").write_text(including('#include "tests/unit/net.h"'))
    (tmp_path / "tests/unit/net.h").write_text(including('#include "connectors/http/http.h"'))
    sources.write(tmp_path)
    assert "['http-probe', 'connectors']," in (tmp_path / "tests/unit/meson.build").read_text()
    assert "['load', 'config']," in (tmp_path / "tests/fuzz/meson.build").read_text()
    assert "'new.c',\n  'store.c',\n)" in (tmp_path / "state/meson.build").read_text()
    assert "['store', 'state']," in (tmp_path / "tests/unit/meson.build").read_text()
    assert lint.run(tmp_path)[0] == []


def test_wrap_hands_only_long_lines_to_the_formatter(tmp_path, monkeypatch):
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "clang-format").write_text(f'#!/bin/sh\necho "$@" >>{tmp_path}/said\n')
    (programs / "clang-format").chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:/usr/bin:/bin")
    long_line = "/* " + "x" * 120 + " */\n"
    lint.wrap(tree(tmp_path / "tree", {"state/a.c": HEAD + "\n" + long_line + "\n" + long_line,
                                      "docs/a.md": long_line}))
    assert (tmp_path / "said").read_text() == "-i --lines=3:3 --lines=5:5 state/a.c\n"
