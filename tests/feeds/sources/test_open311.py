"""Open311 GeoReport v2 requests."""

import json
from pathlib import Path

from feeds.sources.contract import OpenOptions
from feeds.sources.mapping import CaseMapping, shipped
from feeds.sources.open311 import PLAIN, Open311Requests, mapping_for

FILE = Path(__file__).parents[2] / "recordings" / "sources" / "requests.json"
REQUESTS = json.loads(FILE.read_text(encoding="utf-8"))["service_requests"]
KNOWN = [mapping for mapping in shipped() if isinstance(mapping, CaseMapping)]


def test_a_request_becomes_a_case_with_its_mirrored_status():
    source = Open311Requests(FILE, REQUESTS, PLAIN, OpenOptions())
    early, late = source.records()
    assert early["external"] == [{"system": "Open311", "no": "638349"}]
    assert early["road"] == "VALENCIA ST"
    assert late["title"] == "Sidewalk and Curb Issues – curb broken"
    assert late["category"] == {"label": "Sidewalk and Curb Issues"}
    assert late["mirror"] == {
        "state": "closed",
        "agency": "Streets Office",
        "due_at": "2026-11-21T14:37:38.000000+00:00",
        "at": "2026-11-20T17:37:38.000000+00:00",
    }


def test_what_is_no_request_is_named_with_its_index_and_field():
    source = Open311Requests(FILE, REQUESTS, PLAIN, OpenOptions())
    list(source.records())
    assert [(r.where, r.column) for r in source.remarks] == [
        ("request 2", "long"),
        ("request 3", "requested_datetime"),
        ("request 4", "request"),
    ]


def test_a_city_is_known_by_its_agencies_and_then_has_the_numbers_of_its_table():
    requests = [dict(REQUESTS[0], agency_responsible="Department of Transportation", lat=40.7, long=-74)]
    mapping = mapping_for(requests, KNOWN)
    (record,) = Open311Requests(FILE, requests, mapping, OpenOptions()).records()
    assert record["external"] == [{"system": "NYC311", "no": "638344"}]
    assert record["mirror"]["agency"] == "DOT"
    assert record["mirror"]["state"] == "closed"


def test_a_city_that_no_mapping_knows_has_the_plain_one():
    assert mapping_for(REQUESTS, KNOWN) is PLAIN


def told(*changes, mapping=PLAIN):
    requests = [{**REQUESTS[0], "service_request_id": f"R-{n}", **change} for n, change in enumerate(changes)]
    source = Open311Requests(FILE, requests, mapping, OpenOptions())
    return source, list(source.records())


def test_a_status_is_known_in_any_case():
    _, records = told(*({"status": status} for status in ("Closed", "CLOSED", " closed ", "Open", "OPEN")))
    assert [record["mirror"]["state"] for record in records] == ["closed"] * 3 + ["dispatched"] * 2


def test_a_status_that_is_neither_open_nor_closed_is_named():
    source, records = told({"status": "acknowledged"})
    assert records == []
    assert source.remarks[0].reason.startswith("status 'acknowledged' is not in the mapping")


def test_a_request_with_a_broken_field_does_not_stop_the_others():
    source, records = told(
        {"address": {"street": "x"}}, {"service_name": ["x"]}, {}, {"expected_datetime": "soon"}
    )
    assert len(records) == 2
    assert [(r.where, r.column, r.skipped) for r in source.remarks] == [
        ("request 0", "address", True),
        ("request 1", "service_name", True),
        ("request 3", "expected_datetime", False),
    ]


def test_null_island_is_no_position():
    source, (kept,) = told({"lat": 0, "long": 0.0}, {"lat": 0, "long": 0, "address": None})
    assert "lon" not in kept
    assert [(r.where, r.skipped) for r in source.remarks] == [("request 0", False), ("request 1", True)]
