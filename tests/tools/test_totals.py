import pytest

from tools import totals

REPORT = """<testsuites><testsuite>
<testcase name="a"/><testcase name="b"/><testcase name="s"><skipped/></testcase>{more}
</testsuite></testsuites>"""


@pytest.fixture
def report(tmp_path, monkeypatch):
    monkeypatch.setattr(totals, "REPORTS", tmp_path)

    def write(stage: str, more: str = "") -> None:
        (tmp_path / f"{stage}.xml").write_text(REPORT.format(more=more))

    return write


def last_line(capsys) -> str:
    return capsys.readouterr().out.splitlines()[-1]


def test_what_was_skipped_has_not_passed(report, capsys):
    report("test")
    report("test-services")
    assert totals.main(["check=0", "test=0", "test-services=0"]) == 0
    assert last_line(capsys) == "4 passed, 0 failed"


def test_failures_and_errors_are_failed(report, capsys):
    report("test", '<testcase name="f"><failure/></testcase><testcase name="e"><error/></testcase>')
    assert totals.main(["test=1"]) == 1
    assert last_line(capsys) == "2 passed, 2 failed"


def test_a_stage_that_fails_without_a_failed_test_is_one_failure(report, capsys):
    report("test")
    assert totals.main(["check=2", "test=124", "test-services=1"]) == 1
    assert last_line(capsys) == "2 passed, 3 failed"
