from feeds.gateway.source_health import SourceHealth


def test_a_source_is_live_then_late_then_lost_by_its_own_interval() -> None:
    heard = SourceHealth({"avl": 10.0})
    heard.note("avl", "r", age=0.0, loop_time=100.0)
    heard.note("hotline", "r", age=0.0, loop_time=100.0)
    states = [heard.report(at)["avl"]["state"] for at in (100.0, 120.0, 120.1, 150.0, 150.1)]
    assert states == ["live", "live", "late", "late", "lost"]
    assert heard.report(219.0)["hotline"] == {"state": "live", "age_s": 119.0, "skew_s": 0.0}


def test_an_older_batch_makes_no_source_older() -> None:
    heard = SourceHealth({})
    heard.note("a", "r1", age=1.0, loop_time=100.0)
    heard.note("a", "r2", age=3600.0, loop_time=101.0)
    heard.note("b", "r", age=-5.0, loop_time=100.0)
    assert heard.report(102.0)["a"]["age_s"] == 3.0
    assert heard.report(102.0)["b"]["age_s"] == 2.0


def test_skew_is_the_median_of_the_newest_record_of_each_of_fifty_batches() -> None:
    heard = SourceHealth({})
    for number in range(60):
        for late in (5.0, 2.0, 900.0):
            heard.note_batch("a", f"r{number}", age=0.0, loop_time=float(number), skew=late + number)
    assert heard.report(60.0)["a"]["skew_s"] == 2.0 + 34.5
