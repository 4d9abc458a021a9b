# SPDX-License-Identifier: MIT
"""Whoever reads only the documentation copies its examples: each complete profile in docs/, and each part of one put
into a small profile, passes --check without a finding."""
import re

import pytest

from harness import SOURCE
from small import Lone

BLOCK = re.compile(r"(?ms)^```yaml( profile)?\n(.*?)^```$")
PAGES = sorted([SOURCE / "docs" / "PROFILES.md", *(SOURCE / "docs" / "profiles").glob("*.md")])
HEAD = "profile: part\nstatus: assumed\n"
SESSION = "session:\n  kind: none\n"
STREAM = {"kind": "task", "path": "/api/tasks", "list": "$.items", "paging": "none", "code": "$.code"}
FIELDS = "    fields:\n      title: $.title\n"


def stream(part):
    """A stream of `part`, lines of its keys, and of the keys that it lacks."""
    given = set(re.findall(r"(?m)^    ([\w-]+):", part))
    if "<page>" in part and "paging" not in given:
        given.add("paging")
        part += "    paging: page\n    size: 100\n"
    lines = "".join("    %s: %s\n" % (key, value) for key, value in STREAM.items() if key not in given)
    return "streams:\n  tasks:\n" + lines + part + ("" if "fields" in given else FIELDS)


def whole(part):
    """A profile around a part of one; None: the block is none, but of another file."""
    if part.startswith("session:"):
        return HEAD + part + stream("")
    if part.startswith("    "):
        return HEAD + SESSION + stream(part)
    if part.startswith("fields:"):
        return HEAD + SESSION + stream(re.sub(r"(?m)^(?=.)", "    ", part))
    return None


def examples():
    for page in PAGES:
        for n, (complete, text) in enumerate(BLOCK.findall(page.read_text(encoding="utf-8")), 1):
            text = text if complete else whole(text)
            if text:
                yield pytest.param(text, id="%s-%d" % (page.stem, n))


EXAMPLES = list(examples())


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    profile = SOURCE / "connectors" / "profiles" / "theodoiq.yaml"
    with Lone(tmp_path_factory.mktemp("docs") / "site", profile, "https://he-thong.example.vn") as made:
        yield made


@pytest.mark.parametrize("text", EXAMPLES)
def test_the_example_is_a_profile(site, text):
    name = re.search(r"(?m)^profile: *([^\s#]+)", text).group(1)
    (site.config / "profiles" / (name + ".yaml")).write_text(text, encoding="utf-8")
    site.main.write_text(site.main_text, encoding="utf-8")
    keys = {"sources.theodoiq.profile": name}
    keys.update({"sources.theodoiq.values." + given: "2026" for given in re.findall(r"<config\.([\w-]+)", text)})
    if re.search(r"(?m)^    files:", text):
        keys["sources.theodoiq.files"] = str(site.folder)
    site.set_keys(keys)
    done = site.check()
    assert done.status == 0 and "%s.yaml:" % name not in done.out + done.err, text + done.out + done.err


def test_there_are_examples():
    assert len(EXAMPLES) >= 25
    assert sum(example.id.startswith("sessions-") for example in EXAMPLES) >= 7


def test_the_table_of_fields_is_whole():
    code = (SOURCE / "state" / "model" / "fields.h").read_text(encoding="utf-8")
    page = (SOURCE / "docs" / "profiles" / "fields.md").read_text(encoding="utf-8")
    table = page.partition("## The fields there are\n")[2].partition("\n## ")[0]
    rows = [line.split("|")[2:5] for line in table.splitlines() if line.startswith("|")]
    told = {(key, kind) for row in rows for kind, cell in zip(("BOTH", "TASK", "INDICATOR"), row)
            for key in re.findall(r"`(\w+)`", cell)}
    assert told == set(re.findall(r'F\(\w+, "(\w+)", KIND_(\w+),', code))
