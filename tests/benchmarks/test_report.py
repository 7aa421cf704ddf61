import json
import math

import pytest

from benchmarks import report
from benchmarks.load import CaughtUp, Offered, Run
from benchmarks.report import Results, Verdict
from benchmarks.scenarios.chat import Duel, Turn
from benchmarks.scenarios.idle import Idle


def run(rate=1000.0, **changes):
    figures = {
        "rate": rate, "seconds": 3.0, "sent": 3000, "accepted": 3000, "accepted_per_second": rate, "refusals": {},
        "unanswered": 0, "lost": 0, "doubled": 0, "misordered": 0, "p50_ms": 2.0, "p95_ms": 5.0, "p99_ms": 8.0,
        "worst_ms": 20.0, "late_ms": 1.0,
        "shares": {"server": 1.0, "mariadb": 0.3, "redis": 0.1, "generator": 0.3, "others": 0.1},
        "cpu_ms": {"server": 0.2, "mariadb": 0.1, "redis": 0.05, "generator": 0.1, "others": 0.0},
    }  # fmt: skip
    return Run(**figures | changes)


@pytest.fixture
def results():
    duel = Duel(
        ours=[Turn(run(1300), run(500, p99_ms=6)), Turn(run(1100), run(500, p99_ms=9))],
        reference=[Turn(run(1000), run(500)), Turn(run(1000), run(500))],
        half_rate=500,
    )
    return Results(
        plan="full",
        machine={"machine": "2 cores"},
        started="2026-11-21T14:05:00+00:00",
        duel=duel,
        overload=run(2400, accepted_per_second=960, lost=1),
        idle={"ours": Idle(5000, 9.0, 22.5)},
        reconnect=CaughtUp(4.2, complete=2000, faulty=0),
        offer=[Offered(201, 300, 700, 200), Offered(201, 350, 2000, 200)],
    )


@pytest.mark.parametrize(
    ("changes", "holds"),
    [({}, True), ({"p99_ms": 100.0}, False), ({"lost": 1}, False), ({"doubled": 1}, False), ({"unanswered": 1}, False),
     ({"refusals": {"unavailable": 1}}, False), ({"accepted": 2999}, False), ({"p99_ms": math.inf}, False)],
)  # fmt: skip
def test_a_rate_holds_when_everything_arrives_in_time(changes, holds):
    assert run(**changes).holds is holds


def test_verdicts_name_the_median_and_the_worst_pair(results):
    rate, tail, *_rest = results.verdicts()
    assert (rate.value, rate.worst, rate.holds) == (pytest.approx(1.2), pytest.approx(1.1), True)
    assert (tail.value, tail.worst, tail.holds) == (pytest.approx(7.5 / 8), pytest.approx(9 / 8), True)


def test_what_is_lost_under_too_much_load_shows(results):
    by_name = {each.what: each for each in results.verdicts()}
    assert by_name["overload: accepted, of the highest rate"].value == pytest.approx(80)
    assert not by_name["overload: lost, doubled, misordered"].holds


def test_a_verdict_says_whether_it_holds():
    assert "DOES NOT HOLD" in Verdict("a", 2, 1).line()
    assert "holds" in Verdict("a", 2, 1, more_is_better=True).line()
    assert "not to be judged" in Verdict("a", 2, 1, counts=False).line()


def test_the_text_has_a_line_for_everything(results):
    lines = report.text(results).splitlines()
    for beginning in ("1 ours, highest", "2 reference, half", "ours: highest rate 1200", "5000 idle", "2000 clients"):
        assert any(line.startswith(beginning) for line in lines), beginning


def test_the_json_is_json_also_of_what_was_not_measured(results):
    results.overload = run(2400, p99_ms=math.inf)
    read = json.loads(report.as_json(results))
    assert read["overload"]["p99_ms"] is None
    assert read["duel"]["ours"][0]["highest"]["rate"] == 1300
    assert [each["what"] for each in read["verdicts"]] == [each.what for each in results.verdicts()]
