"""From a deviating reading to a dispatched case, its check and its end (domain §3.6)."""

from city.commands.command import Refusal
from city.state.sensor_records import alarm_key
from tests.city.commands.world import INSPECTOR, LI, person
from tests.sensor_world import DEPTH, LOW, PRESSURE, RAIN, Sensed

STREET = person("lj1", "street_operator", street="310115005")
SUBJECT = f"alarm:{alarm_key('g1', PRESSURE.code)}"


def gauges() -> Sensed:
    sensed = Sensed()
    sensed.gauge()
    return sensed


def filed() -> Sensed:
    sensed = gauges()
    sensed.read(0.3, 0.3, 0.1, 0.1)
    return sensed


def handled(sensed: Sensed) -> None:
    (case,) = sensed.cases
    sensed.w.done("sign", case.key, STREET)
    sensed.w.done(
        "feedback", case.key, STREET, outcome="fixed", text="已调压", photos_before=["a"], photos_after=["b"]
    )
    sensed.city.touch("cases")


def test_the_second_deviating_reading_files_and_dispatches_a_case_in_one_act() -> None:
    sensed = gauges()
    assert sensed.read(0.3, 0.1) == []
    assert sensed.read(0.1) == ["raise_alarm"]
    assert [fact.type for fact in sensed.w.facts[1:]] == [
        "AlarmRaised", "CaseReported", "CaseFiled", "CaseDispatched",
    ]  # fmt: skip
    (case,) = sensed.cases
    assert (case.state, case.holder, case.kind, case.code) == ("dispatched", "310115005", "event", "0692")
    assert (case.file.version, case.key) == (1, f"citywall/alarm-g1-{PRESSURE.code}-1")
    alarm = sensed.alarm()
    assert (alarm.state, alarm.case, alarm.serial, alarm.n, alarm.low) == ("active", case.key, 1, 2, 0.2)
    assert sensed.read(0.1, 0.1) == []


def test_back_inside_and_answered_the_case_is_checked_and_closed_by_the_rule() -> None:
    sensed = filed()
    assert sensed.read(0.3, 0.3) == ["clear_alarm"]
    (case,) = sensed.cases
    assert case.state == "dispatched"  # it stays until its holder answers
    handled(sensed)
    assert sensed.rounds() == ["check"]
    (case,) = sensed.cases
    assert (case.state, case.file.check and case.file.check.mode) == ("closed", "sensor")


def test_answered_but_still_deviating_the_case_stays() -> None:
    sensed = filed()
    handled(sensed)
    assert sensed.read(0.1, 0.1) == []
    assert sensed.cases[0].state == "handled"
    assert sensed.read(0.3, 0.3) == ["clear_alarm", "check"]
    assert sensed.cases[0].state == "closed"


def test_a_person_may_not_check_by_the_sensor() -> None:
    sensed = filed()
    handled(sensed)
    answer = sensed.w.ask("check", sensed.cases[0].key, INSPECTOR, passed=True, mode="sensor")
    assert isinstance(answer, Refusal)
    assert answer.reason == "sensor_by_rule"


def test_a_silent_gauge_checks_nothing() -> None:
    sensed = filed()
    sensed.read(0.3, 0.3)
    handled(sensed)
    sensed.silent = ("g1",)
    assert sensed.rounds() == []
    assert sensed.cases[0].state == "handled"


def test_there_is_one_open_case_of_a_gauge_and_metric() -> None:
    sensed = filed()
    assert sensed.read(0.3, 0.3, 0.1, 0.1) == ["clear_alarm", "raise_alarm"]
    assert len(sensed.cases) == 1
    assert (sensed.alarm().serial, sensed.alarm().case) == (2, sensed.cases[0].key)
    sensed.read(0.3, 0.3)
    handled(sensed)
    sensed.rounds()
    assert sensed.read(0.1, 0.1) == ["raise_alarm"]
    assert [case.is_open for case in sensed.cases] == [False, True]


def test_after_a_restart_nothing_is_filed_again_and_the_alarm_still_ends() -> None:
    sensed = filed()
    sensed.watch = sensed.engine()
    assert sensed.read(0.1, 0.1, 0.1) == []
    assert len(sensed.cases) == 1
    sensed.watch = sensed.engine()
    assert sensed.read(0.3) == []
    assert sensed.read(0.3) == ["clear_alarm"]


def test_two_engines_file_one_case() -> None:
    sensed = gauges()
    second = sensed.engine()
    for value in (0.3, 0.1, 0.1):
        sensed.take([sensed.record(value)], sensed.watch, second)
        sensed.rounds(sensed.watch, second)
        sensed.w.wait(seconds=120)
    assert len(sensed.cases) == 1
    assert [fact.type for fact in sensed.w.facts].count("AlarmRaised") == 1


def test_after_a_loss_of_telemetry_counting_begins_anew() -> None:
    sensed = gauges()
    sensed.read(0.3, 0.1)
    sensed.w.wait(minutes=30)
    assert sensed.read(0.1) == []
    assert sensed.read(0.1) == ["raise_alarm"]


def test_a_late_backlog_raises_a_marked_alarm_and_ends_nothing() -> None:
    sensed = gauges()
    sensed.read(0.3, 0.3)
    sensed.w.wait(minutes=20)
    sensed.take([sensed.record(value, ago_s=ago) for value, ago in ((0.1, 1200), (0.1, 1080), (0.3, 960))])
    assert sensed.rounds() == ["raise_alarm"]
    alarm = sensed.alarm()
    assert (alarm.state, alarm.late_s, alarm.case) == ("active", 1080.0, "")
    assert sensed.rounds() == []
    sensed.take([sensed.record(0.3, ago_s=ago) for ago in (900, 800, 700)])
    assert sensed.rounds() == []
    assert sensed.read(0.3, 0.3) == ["clear_alarm"]
    assert sensed.read(0.3) == []


def test_a_late_alarm_files_its_case_once_the_deviation_is_present() -> None:
    sensed = gauges()
    sensed.take([sensed.record(0.1, ago_s=ago) for ago in (1200, 1080)])
    sensed.rounds()
    assert sensed.cases == []
    assert sensed.read(0.1, 0.1) == ["raise_alarm"]
    assert len(sensed.cases) == 1
    assert sensed.alarm().serial == 1


def test_bad_and_doubtful_readings_count_for_and_against_nothing() -> None:
    sensed = gauges()
    sensed.read(0.3, 0.1)
    assert sensed.read(0.1, quality="suspect") == []
    assert sensed.read(-999.0, 5.0) == []
    assert sensed.read(0.1, unit="kPa") == []
    assert sensed.read(0.1) == ["raise_alarm"]


def test_in_maintenance_an_alarm_is_suppressed_and_files_its_case_afterwards() -> None:
    sensed = gauges()
    sensed.w.did("start_maintenance", "device:g1", LI, reason="换表")
    assert sensed.read(0.1, 0.1) == ["raise_alarm"]
    assert (sensed.alarm().state, sensed.cases) == ("suppressed", [])
    sensed.w.did("end_maintenance", "device:g1", LI)
    sensed.city.touch("alarms")
    assert sensed.read(0.1) == ["raise_alarm"]
    assert (sensed.alarm().state, len(sensed.cases)) == ("active", 1)


def test_m12_the_lying_gauge_is_doubted_shelved_and_comes_back_by_itself() -> None:
    """Story M12: stuck at 42 cm, no rain in 3 h; an officer marks 疑似故障, for two hours at most."""
    sensed = Sensed()
    sensed.gauge("d1", "road_water_depth", "成山路")
    sensed.gauge("r1", "rain_gauge")
    for number in range(2, 6):
        sensed.gauge(f"d{number}", "road_water_depth")
    for turn in range(110):
        sensed.take([sensed.record(0.0, device="r1", metric=RAIN.code)])
        sensed.take([sensed.record(float(turn % 3), device=f"d{n}", metric=DEPTH.code) for n in range(2, 6)])
        sensed.read(42.0, device="d1", metric=DEPTH.code)
    alarm = sensed.alarm("d1", DEPTH.code)
    assert (alarm.level, alarm.doubt, alarm.case) == ("red", "stuck_dry", "")
    subject = f"alarm:{alarm.key}"
    assert sensed.w.no("shelve_alarm", subject, LI, reason="x", minutes=121)[0] == "bad_arg"
    assert sensed.w.no("suspect_fault", subject, LI, reason=" ")[0] == "bad_arg"
    assert sensed.w.did("suspect_fault", subject, LI, reason="现场无水，镜头干") == ["AlarmShelved"]
    sensed.city.touch("alarms")
    shelving = sensed.alarm("d1", DEPTH.code).shelving
    assert shelving is not None
    assert (shelving.kind, shelving.until - sensed.w.now.city) == ("suspect", 7200.0)
    assert sensed.w.state.sensing.is_suspected("d1", DEPTH.code, sensed.w.now.city)
    assert sensed.w.no("shelve_alarm", subject, LI, reason="x", minutes=5)[0] == "alarm_shelved"
    sensed.w.wait(minutes=119)
    assert sensed.rounds() == []
    sensed.w.wait(minutes=1)
    assert sensed.rounds() == ["end_shelving"]
    alarm = sensed.alarm("d1", DEPTH.code)
    assert (alarm.shelving, alarm.state) == (None, "active")
    assert sensed.w.lines[-2:] == ["log.alarm_suspect", "log.alarm_back"]


def test_a_gauge_that_stands_still_while_others_move_raises_an_alarm_without_a_case() -> None:
    sensed = gauges()
    for number in range(2, 6):
        sensed.gauge(f"g{number}")
    for turn in range(125):
        sensed.take([sensed.record(0.3 + 0.01 * (turn % 3), device=f"g{n}") for n in range(2, 6)])
        sensed.read(0.31)
    assert (sensed.alarm().threshold, sensed.alarm().level, sensed.cases) == ("stuck", "info", [])
    assert "clear_alarm" in sensed.read(0.35, 0.35)


def test_a_street_full_of_gauges_that_all_stand_still_raises_none() -> None:
    sensed = gauges()
    sensed.gauge("g2")
    for _ in range(125):
        sensed.take([sensed.record(0.3, device="g2")])
        sensed.read(0.31)
    assert sensed.w.state.sensing.alarms == {}


def test_an_unknown_threshold_is_refused_by_name() -> None:
    sensed = gauges()
    at = sensed.record(0.1)["at"]
    answer = sensed.w.on(
        "raise_alarm",
        SUBJECT,
        person("engine", "system"),
        threshold="T-9",
        at=at,
        first_at=at,
        value=0.1,
        n=2,
    )
    assert isinstance(answer, Refusal)
    assert (answer.reason, answer.names["field"]) == ("bad_arg", "threshold")
    assert LOW.id == "T-1"
