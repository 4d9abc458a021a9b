# SPDX-License-Identifier: MIT
"""docs/PROMISES.md names cases that exist."""
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]
NAMED = re.findall(r"`(tests/[\w./-]+)::(\w+)`", (ROOT / "docs" / "PROMISES.md").read_text(encoding="utf-8"))


def test_every_case_that_is_named_exists():
    gone = [(path, case) for path, case in NAMED
            if not (ROOT / path).is_file() or not re.search(r"\b(def|void) %s\(" % case, (ROOT / path).read_text())]
    assert len(NAMED) >= 50 and gone == []
