#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The house rules as a program: arrows, ceilings, banned calls, layout of the text. Prints file:line: what to do."""

import argparse
import pathlib
import re
import statistics
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import sources  # noqa: E402

# One flat table or one flat switch may be let off the function ceiling here, as "file:function". Empty is the aim.
LET_OFF = ()

FILE_MAX, HEADER_MAX, FUNCTION_MAX, PYTHON_MAX, LINE_MAX = 600, 150, 80, 600, 120
FILE_AIM, FUNCTION_AIM, MEDIAN_AIM = 400, 40, 20

SKIPPED_FOLDERS = {".git", "build", "__pycache__", ".pytest_cache"}

# folder -> folders whose headers it may include; the first match of a path, longest folder first.
ARROWS = {
    "state/model": ("state/model",),
    "state": ("state/model", "state"),
    "connectors": ("state/model", "connectors"),
    "config": ("state/model", "state", "connectors", "config"),
    "daemon": ("state/model", "state", "connectors", "config", "daemon"),
    "tests": ("state/model", "state", "connectors", "config", "daemon", "tests"),
}
GENERATED = {"nq57-build.h": "daemon"}

# Inside connectors: a folder or file may include what stands on its own floor or below; the ground comes first.
CONNECTOR_FLOORS = ("limits.h", "language", "decode", "record", "profile", "http", "mail", "source.h", "session",
                    "tape", "listing", "files", "setup", "source-pair.c")

# header of somebody else's library -> where it may be included (regular expressions on the path)
FOREIGN = (
    (r"sqlite3\.h", r"state/store[^/]*$"),
    (r"curl/.*", r"connectors/"),
    (r"json-c/.*|json\.h", r"connectors/"),
    (r"yaml\.h", r"config/"),
    (r"systemd/.*", r"connectors/(http|tape)/|connectors/source|daemon/"),
    (r"libxml/.*", r"connectors/"),
    (r"zlib\.h", r"connectors/"),
    (r"zip\.h|expat\.h", r"connectors/decode/xlsx[^/]*$"),
    (r"utf8proc\.h", r"state/model/"),
    (r"xxhash\.h", r"state/|connectors/"),
    (r"cmocka\.h", r"tests/"),
)
SYSTEM_FOLDERS = ("sys", "linux", "netinet", "arpa", "net", "asm", "bits", "sanitizer")

BANNED = {
    "strcpy": "copy with a bound (state/model/text.h)", "strcat": "append to a Buf (state/model/text.h)",
    "sprintf": "use snprintf or a Buf", "vsprintf": "use vsnprintf or a Buf", "gets": "read with a bound",
    "strtok": "split with state/model/text.h", "alloca": "use the heap or a fixed size",
    "system": "run a program through the courier", "popen": "run a program through the courier",
}
BANNED |= dict.fromkeys(("atoi", "atol", "atoll", "atof", "strtol", "strtoul", "strtoll", "strtoull", "strtod",
                         "strtof"), "parse numbers strictly with state/model/text.h")
BANNED |= dict.fromkeys(("localtime", "gmtime", "mktime", "ctime", "asctime"), "use state/model/when.h")
LOUD = dict.fromkeys(("printf", "vprintf", "fprintf", "vfprintf", "puts", "putchar", "perror", "syslog", "vsyslog",
                      "sd_journal_print", "sd_journal_send", "sd_journal_sendv"),
                     "libraries are silent: return an Err or put a finding in the sink")
FATAL = dict.fromkeys(("exit", "_exit", "abort", "err", "errx"),
                      "a library returns its errors, it does not end the process")
LIBRARY = re.compile(r"^(state|connectors|config)/")
PROGRAM_FILES = re.compile(r"^connectors/mail/deliver-smtp[^/]*\.c$")

TEXT_SUFFIXES = {".c", ".h", ".py", ".sh", ".yaml", ".yml", ".md", ".build", ".txt", ".tsv", ".csv", ".in", ".service",
                 ".html", ".json", ".conf", ".sql", ".cfg", ".toml", ".rem", ""}
MACHINE = re.compile("|".join((r"/wo" r"rk/", r"(?<![\w-])sha" r"red/", r"/ho" r"me/\w", r"/ro" r"ot/",
                               r"/tm" r"p/(brief|build-)")))
UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b")
CORPUS = re.compile(r"^tests/fuzz/corpus/")
SPDX = "SPDX-License-Identifier: MIT"


class Findings(list):
    def add(self, path, line, message):
        self.append((path, line, message))


def walk(root):
    for path in sorted(root.rglob("*")):
        rel = path.relative_to(root)
        if path.is_file() and not SKIPPED_FOLDERS & set(rel.parts):
            yield rel.as_posix(), path


def strip_c(text, keep_strings=False):
    """Blanks comments (and string contents), keeping every newline, so that line numbers stay."""
    def blank(match):
        token = match.group(0)
        if token.startswith("/"):
            return re.sub(r"[^\n]", " ", token)
        return token if keep_strings else token[0] + " " * (len(token) - 2) + token[-1]
    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', blank, text, flags=re.S)


def folder_rule(path):
    for folder in sorted(ARROWS, key=len, reverse=True):
        if path.startswith(folder + "/"):
            return folder
    return None


def check_includes(root, path, code, out):
    for number, line in enumerate(code.split("\n"), 1):
        match = re.match(r'\s*#\s*include\s*(["<])([^">]+)[">]', line)
        if not match:
            continue
        if match.group(1) == '"':
            check_own_include(root, path, number, match.group(2), out)
        else:
            check_foreign_include(path, number, match.group(2), out)


def check_own_include(root, path, number, name, out):
    home = folder_rule(path)
    if name in GENERATED:
        if home not in (GENERATED[name], "tests"):
            out.add(path, number, f'"{name}" is for {GENERATED[name]}/ only: pass what you need as an option')
        return
    if "/" not in name or name.startswith("."):
        out.add(path, number, f'write the folder in the include line: "<folder>/{name.rpartition("/")[2]}"')
        return
    target = folder_rule(name)
    if not (root / name).is_file():
        out.add(path, number, f'"{name}" is not in the tree: name it from the top folder')
    elif home and target not in ARROWS[home]:
        out.add(path, number, f"the arrow {home} -> {target} points the wrong way: move the code or declare a port")
    elif home == target == "connectors" and connector_floor(name) > connector_floor(path):
        out.add(path, number, f'"{name}" stands on a higher floor of connectors: move what both need below')


def connector_floor(path):
    """-1, below all others: it has no floor yet."""
    part = path.split("/")[1]
    return CONNECTOR_FLOORS.index(part) if part in CONNECTOR_FLOORS else -1


def check_foreign_include(path, number, name, out):
    if path.startswith("tests/"):
        return
    for header, where in FOREIGN:
        if re.fullmatch(header, name):
            if not re.match(where, path):
                out.add(path, number, f"<{name}> may be included only in {where.replace('[^/]*$', '*')}")
            return
    if "/" in name and name.split("/")[0] not in SYSTEM_FOLDERS:
        out.add(path, number, f"<{name}> is of no library the design names: see FOREIGN in tests/lint/lint.py")


def check_calls(path, code, out):
    words = dict(BANNED)
    if LIBRARY.match(path) and not PROGRAM_FILES.match(path):
        words |= LOUD | FATAL
    pattern = re.compile(r"(?<![\w.>])(" + "|".join(words) + r")\s*\(")
    for number, line in enumerate(code.split("\n"), 1):
        for match in pattern.finditer(line):
            if not re.match(r"\s*#\s*define", line):
                out.add(path, number, f"{match.group(1)}() is banned: {words[match.group(1)]}")


def check_text(path, lines, out):
    is_code = path.endswith((".c", ".h", ".py", ".sh", "meson.build")) or lines[:1] and lines[0].startswith("#!")
    if is_code and lines and not any(SPDX in line for line in lines[:2]):
        out.add(path, 1, f"begin the file with {SPDX}")
    for number, line in enumerate(lines, 1):
        if line != line.rstrip():
            out.add(path, number, "remove the white space at the end of the line")
        if MACHINE.search(line):
            out.add(path, number, "a path of one machine has no place in the repository")
        if not is_code:
            continue
        if len(line) > LINE_MAX:
            out.add(path, number, f"{len(line)} columns, the limit is {LINE_MAX}: break the line")
        if UNFINISHED.search(line):
            out.add(path, number, "unfinished work: do it or leave it out")
        if "\t" in line and path.endswith((".c", ".h")):
            out.add(path, number, "indent with spaces, write a tab in a string as \\t")


def check_size(path, lines, out):
    limit = {".c": FILE_MAX, ".h": HEADER_MAX, ".py": PYTHON_MAX}.get(pathlib.PurePath(path).suffix)
    if limit and len(lines) > limit:
        out.add(path, limit + 1, f"{len(lines)} lines, the ceiling is {limit}: split it by naming its parts")


def tags(root, paths):
    """Yields (path, name, kind, first line, last line) of functions and file-scope variables."""
    if not paths:
        return
    command = ["ctags", "-x", "--languages=C", "--langmap=C:.c.h", "--kinds-C=fv", "--fields=+neK", "--sort=no",
               "-I", "_cleanup_+", "--_xformat=%F\t%N\t%K\t%n\t%{end}", "-L", "-"]
    done = subprocess.run(command, cwd=root, input="\n".join(paths), capture_output=True, text=True, check=True)
    for row in done.stdout.splitlines():
        path, name, kind, first, last = row.split("\t")
        yield path, name, kind, int(first), int(last or first)


def declaration(lines, number):
    """The line a declaration begins on, when its name stands after the closing brace of its type."""
    first = number
    while lines[first - 1].startswith(("}", " ")) and first > 1:
        first -= 1
    return lines[first - 1]


def check_functions(root, code_of, out):
    """Ceilings of functions and the ban on variables at file scope; returns all function lengths."""
    lengths = []
    for path, name, kind, first, last in tags(root, sorted(code_of)):
        if kind == "function":
            length = last - first + 1
            if not path.startswith("tests/"):
                lengths.append(length)
            if length > FUNCTION_MAX and f"{path}:{name}" not in LET_OFF:
                out.add(path, first, f"{name} has {length} lines, the ceiling is {FUNCTION_MAX}: name its steps")
        elif not path.startswith("tests/"):
            line = declaration(code_of[path].split("\n"), first)
            if not re.search(r"\bconst\b|\bextern\b|\btypedef\b", line):
                out.add(path, first, f"{name} is a variable at file scope: only constant tables may stand there")
    return lengths


def run(root):
    """All findings of a tree, and the figures of the summary line."""
    out, code_of, files = Findings(), {}, 0
    for path, full in walk(root):
        if full.suffix not in TEXT_SUFFIXES or CORPUS.match(path):
            continue
        try:
            text = full.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            if full.suffix in (".c", ".h", ".py"):
                out.add(path, 1, "is not UTF-8")
            continue
        lines = text.split("\n")
        lines = lines[:-1] if lines[-1] == "" else lines
        files += 1
        check_text(path, lines, out)
        check_size(path, lines, out)
        if full.suffix in (".c", ".h"):
            code_of[path] = strip_c(text)
            check_includes(root, path, strip_c(text, keep_strings=True), out)
            check_calls(path, code_of[path], out)
    lengths = check_functions(root, code_of, out)
    for finding in sources.check(root):
        out.add(*finding)
    return sorted(out), summary(files, code_of, lengths)


def summary(files, code_of, lengths):
    product = {p: c.count("\n") for p, c in code_of.items() if p.endswith(".c") and not p.startswith("tests/")}
    median = statistics.median(lengths) if lengths else 0
    return (f"lint: {files} files, {sum(product.values())} lines of C; {len(lengths)} functions, "
            f"median {median:g} lines (aim under {MEDIAN_AIM}), {sum(n > FUNCTION_AIM for n in lengths)} over "
            f"{FUNCTION_AIM}; {sum(n > FILE_AIM for n in product.values())} files over {FILE_AIM}; "
            f"let off: {len(LET_OFF)}")


def wrap(root):
    """Breaks the C lines that are too long as .clang-format says, and touches no other line."""
    long_lines = {}
    for path, line, message in run(root)[0]:
        if path.endswith((".c", ".h")) and "columns, the limit" in message:
            long_lines.setdefault(path, []).append(f"--lines={line}:{line}")
    for path, ranges in long_lines.items():
        subprocess.run(["clang-format", "-i", *ranges, path], cwd=root, check=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("root", nargs="?", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parents[2])
    parser.add_argument("--write-lists", action="store_true", help="write the source lists of the meson.build files")
    parser.add_argument("--wrap", action="store_true", help="break the C lines that are too long")
    args = parser.parse_args()
    if args.wrap:
        wrap(args.root)
    if args.write_lists:
        sources.write(args.root)
    found, figures = run(args.root)
    for path, line, message in found:
        print(f"{path}:{line}: {message}")
    print(figures)
    print(f"lint: {len(found)} findings" if found else "lint: clean")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
