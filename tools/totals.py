"""Sums up: `python tools/totals.py check=0 test=0 …`, each stage with its exit code.

A stage's tests are counted from `var/reports/STAGE.xml`. A stage that failed without a failed test, such as one that
could not start, counts as one failure. The last line is `N passed, M failed`; the exit code is 1 when M is not 0.
"""

import sys
from pathlib import Path
from xml.etree import ElementTree

REPORTS = Path(__file__).resolve().parent.parent / "var" / "reports"


def counts(stage: str) -> tuple[int, int]:
    """How many tests of a stage passed, and how many did not."""
    report = REPORTS / f"{stage}.xml"
    if not report.exists():
        return 0, 0
    cases = ElementTree.parse(report).getroot().findall(".//testcase")  # noqa: S314 -- pytest wrote it just now
    failed = sum(case.find("failure") is not None or case.find("error") is not None for case in cases)
    skipped = sum(case.find("skipped") is not None for case in cases)
    return len(cases) - failed - skipped, failed


def main(stages: list[str]) -> int:
    all_passed = all_failed = 0
    for name, _, code in (stage.partition("=") for stage in stages):
        passed, failed = counts(name)
        if code != "0":
            failed = max(failed, 1)
        print(f"{name}: {passed} passed, {failed} failed")
        all_passed += passed
        all_failed += failed
    print(f"{all_passed} passed, {all_failed} failed")
    return int(all_failed > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
