# SPDX-License-Identifier: MIT
"""The source lists of the meson.build files: explicit, and held to what lies in the folders.

`./dev lint` reports a file that no list names; `./dev lint --write-lists` writes the lists anew.
"""

import pathlib
import re

# (folder, variable in its meson.build, pattern of the files in that list)
LISTS = (
    ("state/model", "model_sources", "*.c"),
    ("state", "state_sources", "*.c"),
    ("connectors", "connectors_sources", "**/*.c"),
    ("config", "config_sources", "*.c"),
    ("daemon", "daemon_sources", "*.c"),
    ("daemon", "ctl_sources", "ctl/*.c"),
)
# (folder, file names, variable): programs of one file, each with the library it links. A probe is a small program that
# a black-box suite drives.
PROGRAMS = (("tests/unit", "test-*", "unit_tests"), ("tests/unit", "*-probe", "probes"),
            ("tests/fuzz", "fuzz-*", "fuzz_tests"))
FOLDER_LIB = {"state/model": "model", "state": "state", "connectors": "connectors", "config": "config",
              "daemon": "daemon", "daemon/ctl": "ctl"}
RANK = ("model", "state", "connectors", "config", "daemon", "ctl")
MAIN = re.compile(r"^(?:int\s+)?main\s*\(", re.M)


def has_main(path):
    return bool(MAIN.search(path.read_text(encoding="utf-8", errors="replace")))


def lib_files(root, folder, pattern):
    base = root / folder
    found = [p for p in base.glob(pattern) if not has_main(p)]
    return sorted(p.relative_to(base).as_posix() for p in found)


def folder_lib(name):
    """The library of the nearest folder above a header that has one."""
    folder = name.rpartition("/")[0]
    while folder and folder not in FOLDER_LIB:
        folder = folder.rpartition("/")[0]
    return FOLDER_LIB.get(folder)


def program_lib(root, path):
    """The library a test program links: the highest folder whose headers it includes, through headers of tests too."""
    libs, waiting, seen = {"model"}, [path], set()
    while waiting:
        text = waiting.pop().read_text(encoding="utf-8", errors="replace")
        for name in set(re.findall(r'^\s*#\s*include\s+"([^"]+)"', text, re.M)) - seen:
            seen.add(name)
            lib = folder_lib(name)
            if lib:
                libs.add(lib)
            else:
                waiting += [near for near in (root / name, path.parent / name) if near.is_file()]
    return max(libs, key=RANK.index)


def listed(text, variable):
    block = re.search(rf"^{variable} = files\(\n(.*?)^\)", text, re.M | re.S)
    return re.findall(r"'([^']+)'", block.group(1)) if block else None


def program_rows(text, variable):
    block = re.search(rf"^{variable} = \[\n(.*?)^\]", text, re.M | re.S)
    return dict(re.findall(r"\['([^']+)', '([^']+)'\]", block.group(1))) if block else None


def program_files(root, folder, pattern):
    """name in the list -> file; the name is what stands for a closing star, else the whole stem."""
    cut = len(pattern) - 1 if pattern.endswith("*") else 0
    return {path.stem[cut:]: path for path in sorted((root / folder).glob(pattern + ".c"))}


def check(root):
    """Yields (file, line, message) for every list that does not say what is there."""
    for folder, variable, pattern in LISTS:
        build = root / folder / "meson.build"
        if not build.is_file():
            continue
        names = listed(build.read_text(encoding="utf-8"), variable)
        there = lib_files(root, folder, pattern)
        yield from differences(f"{folder}/meson.build", variable, names, there)
    for folder, pattern, variable in PROGRAMS:
        build = root / folder / "meson.build"
        if build.is_file():
            rows = program_rows(build.read_text(encoding="utf-8"), variable)
            yield from differences(f"{folder}/meson.build", variable, rows, program_files(root, folder, pattern))


def differences(where, variable, names, there):
    if names is None:
        yield where, 1, f"no list {variable}"
        return
    for name in sorted(set(there) - set(names)):
        yield where, 1, f"{variable} does not name {name}: add it, or run ./dev lint --write-lists"
    for name in sorted(set(names) - set(there)):
        yield where, 1, f"{variable} names {name}, which is not there: remove it, or run ./dev lint --write-lists"


def write(root):
    """Writes every list anew; a library column is only ever raised, to what the test includes."""
    for folder, variable, pattern in LISTS:
        build = root / folder / "meson.build"
        lines = "".join(f"  '{name}',\n" for name in lib_files(root, folder, pattern))
        replace(build, rf"(^{variable} = files\(\n).*?(^\))", lines)
    for folder, pattern, variable in PROGRAMS:
        build = root / folder / "meson.build"
        chosen = program_rows(build.read_text(encoding="utf-8"), variable) or {}
        rows = ""
        for name, path in program_files(root, folder, pattern).items():
            lib = max(chosen.get(name, "model"), program_lib(root, path), key=RANK.index)
            rows += f"  ['{name}', '{lib}'],\n"
        replace(build, rf"(^{variable} = \[\n).*?(^\])", rows)


def replace(path, pattern, inner):
    old = pathlib.Path(path).read_text(encoding="utf-8")
    new = re.sub(pattern, lambda m: m.group(1) + inner + m.group(2), old, flags=re.M | re.S)
    if new != old:
        path.write_text(new, encoding="utf-8")
