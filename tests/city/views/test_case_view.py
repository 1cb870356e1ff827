from typing import Any

import msgspec
import pytest

from city.state.case_file import Bounce, CaseFile, MakeSafe, Ruling
from city.state.ledger_state import Case, Mirror, Place
from city.state.row_keys import row_key_of
from city.views.case_view import account_mark, wall_case
from city.views.wall_seen import MakeSafeSeen

AT = 1_789_475_467.0
SECRETS = ("张三丰", "13812345678", "2008弄15号", "chen", "hotline/7")


def case(**given: Any) -> Case:
    plain: dict[str, Any] = {
        "key": "hotline/7", "client": "hotline", "channel": "hotline_12345", "kind": "component",
        "code": "0123", "label": "", "title": "张三丰 13812345678", "urgency": "urgent", "hazard": True,
        "place": Place(121.5, 31.2, "310115004", "羽山路巨野路口"), "at": AT, "received": AT,
        "recorded_at": AT,
        "mirror": Mirror(), "description": "张三丰 13812345678", "address": "2008弄15号",
        "reporter_ref": "张三丰",
    }  # fmt: skip
    return Case(**{**plain, **given})


def own(**given: Any) -> CaseFile:
    plain: dict[str, Any] = {
        "own": True, "state": "dispatched", "version": 4, "holder": "tx", "fix_by_at": AT + 7200.0,
        "targets": ("dl", "cg"), "since": AT, "filed_at": AT, "commanded_by": ("chen",),
    }  # fmt: skip
    return CaseFile(**{**plain, **given})


def test_a_mirrored_case_is_seen_as_its_source_tells_it() -> None:
    mirror = Mirror("handling", "水务", AT + 60.0, ("通信",), "sign", AT + 30.0)
    seen = wall_case(case(mirror=mirror), None)
    assert (seen.state, seen.agency, seen.due_at) == ("handling", "水务", AT + 60.0)
    assert (seen.returned_by, seen.next, seen.next_at) == (("通信",), "sign", AT + 30.0)
    assert (seen.version, seen.targets, seen.make_safe) == (0, (), None)


def test_an_own_case_is_seen_by_its_file() -> None:
    file = own(
        make_safe=MakeSafe("310115004", AT, AT + 3600.0), callers=47, reminders=1,
        bounces=(Bounce("dl", "not_my_duty", "不归我", AT, counts=True),
                 Bounce("cg", "duplicate", "重复", AT, counts=False)),
    )  # fmt: skip
    seen = wall_case(case(file=file), None)
    assert (seen.state, seen.agency, seen.due_at, seen.until) == (
        "dispatched",
        "tx",
        AT + 7200.0,
        AT + 7200.0,
    )
    assert seen.make_safe == MakeSafeSeen("310115004", AT, AT + 3600.0, None)
    assert (seen.callers, seen.reminders, seen.returned_by) == (47, 1, ("dl",))
    assert (seen.version, seen.targets, seen.escalate_to) == (4, ("dl", "cg"), "shift_lead")
    assert seen.verbs[0] == "send_unit"
    assert (seen.next, seen.next_at) == ("make_safe", AT + 3600.0)


def test_the_limit_to_sign_is_told_while_a_case_waits_for_its_signature() -> None:
    signed_by = own(sign_by=AT + 1800.0, stages_passed=(f"sign:{int(AT + 1800)}",))
    seen = wall_case(case(file=signed_by), None)
    assert (seen.source, seen.sign_by) == ("hotline", AT + 1800.0)
    assert wall_case(case(file=msgspec.structs.replace(signed_by, state="handling")), None).sign_by is None


def test_a_ruling_that_is_asked_for_is_what_counts_until_it_is_given() -> None:
    asked = Ruling(AT, "bounced_n", AT + 1800.0, AT + 9000.0, sent_at=AT + 60.0)
    waiting = wall_case(case(file=own(state="ruling", holder="", ruling=asked)), None)
    assert (waiting.until, waiting.ruling_due_at, waiting.ruling_sent) == (AT + 1800.0, AT + 1800.0, True)
    ruled = msgspec.structs.replace(asked, ruled_at=AT + 90.0, holder="dl")
    given = wall_case(case(file=own(state="dispatched", holder="dl", ruling=ruled)), None)
    assert (given.until, given.ruling_due_at, given.ruling_sent) == (AT + 7200.0, None, False)


def test_a_report_counts_down_to_its_filing_and_past_it_until_somebody_files_it() -> None:
    reported = CaseFile(own=True, state="reported", since=AT)
    assert wall_case(case(file=reported), None).until == AT + 900.0
    late = CaseFile(own=True, state="reported", since=AT, stages_passed=(f"accept:{int(AT + 900)}",))
    assert wall_case(case(file=late), None).until == AT + 900.0
    assert wall_case(case(mirror=Mirror("reported")), None).until is None


@pytest.mark.parametrize("file", [CaseFile(), own()], ids=["mirrored", "own"])
def test_no_citizens_word_and_no_login_name_is_seen(file: CaseFile) -> None:
    told = msgspec.json.encode(wall_case(case(file=file), None)).decode()
    assert [secret for secret in SECRETS if secret in told] == []


def test_an_accounts_mark_is_always_the_same_and_does_not_show_its_name() -> None:
    assert account_mark("chen") == account_mark("chen") != account_mark("li")
    assert "chen" not in account_mark("chen")
    assert account_mark("chen") != row_key_of("chen")
