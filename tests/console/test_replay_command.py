"""``citywall replay``: what it says, what it writes, and how it ends."""

import csv
import time
from pathlib import Path

import pytest

from console import cli
from tests.running import free_port

RECORDINGS = Path(__file__).parents[1] / "recordings" / "sources"
COMPLAINTS, MAPPING = RECORDINGS / "complaints.csv", RECORDINGS / "complaints.toml"
HEADER = COMPLAINTS.read_text(encoding="utf-8").splitlines(keepends=True)[0]
GOOD = (
    "P-1,2026/11/20 08:00:00,道路积水,深,已办结,2026/11/20 09:30:00,,区水务局,121.5101,31.2201,,张杨路500号\n"
)
ALL_TAKEN = "table: read 1 = 1 accepted + 0 known already + 0 refused + 0 left out"


@pytest.fixture
def run(monkeypatch, tmp_path, capsys):
    """Run the command as a shell does; return exit status, output and errors."""

    def ran(*arguments):
        argv = ["citywall", "replay", *map(str, arguments), "--data-dir", str(tmp_path)]
        monkeypatch.setattr("sys.argv", argv)
        try:
            cli.main()
            code = 0
        except SystemExit as stopped:
            code = stopped.code
        told = capsys.readouterr()
        return code, told.out, told.err

    return ran


@pytest.fixture
def table(tmp_path):
    """Write a table of complaints with these rows."""

    def written(*rows, header=HEADER):
        path = tmp_path / "table.csv"
        path.write_text("".join([header, *rows]), encoding="utf-8")
        return path

    return written


def test_a_dry_run_of_a_good_file_ends_with_0(run, table):
    code, out, err = run(table(GOOD), "--mapping", MAPPING, "--dry-run")
    assert code == 0
    assert out == f"dry run, nothing was sent: {ALL_TAKEN}\n"
    assert "×" not in err


def test_what_is_left_out_or_changed_is_named_and_ends_with_3(run):
    code, out, err = run(COMPLAINTS, "--mapping", MAPPING, "--dry-run")
    assert code == 3
    assert "complaints: read 9 = 4 accepted + 0 known already + 0 refused + 5 left out" in out
    assert "left out 1 × 工单号: is empty (row 9)" in err
    assert "changed 1 × 办结时间: is before the case was reported; the time is left out (row 10)" in err


def test_what_the_gateway_would_refuse_is_told_by_its_path(run, table, tmp_path):
    future = GOOD.replace("P-1", "P-2").replace("2026/11/20 08", "2126/11/20 08").replace("2026", "2127")
    report = tmp_path / "report.csv"
    code, out, err = run(table(GOOD, future), "--mapping", MAPPING, "--dry-run", "--report", report)
    assert code == 3
    assert "read 2 = 1 accepted + 0 known already + 1 refused + 0 left out" in out
    assert "refused 1 × at: expected a time at most 5 min ahead of city time (PUDONG12345/P-2." in err
    header, row = csv.reader(report.read_text(encoding="utf-8-sig").splitlines())
    assert header == ["kind", "where", "column", "reason", "value"]
    assert (row[0], row[1][:15], row[2]) == ("refused", "PUDONG12345/P-2", "at")


def test_equal_reasons_are_one_line_and_the_report_has_them_all(run, table, tmp_path):
    rows = [GOOD.replace("P-1", f"=P-{n}").replace("08:00:00", "24:00:00") for n in range(50)]
    report = tmp_path / "report.csv"
    code, _, err = run(table(GOOD, *rows), "--mapping", MAPPING, "--dry-run", "--report", report)
    assert code == 3
    (line,) = [line for line in err.splitlines() if "×" in line]
    assert line == (
        "  left out 50 × 上报时间: expected a time as %Y/%m/%d %H:%M:%S or ISO 8601 "
        "(row 3: '2026/11/20 24:00:00', row 4: '2026/11/20 24:00:00', row 5: '2026/11/20 24:00:00', …)"
    )
    told = list(csv.DictReader(report.read_text(encoding="utf-8-sig").splitlines()))
    assert [row["where"] for row in told] == [f"row {n}" for n in range(3, 53)]
    assert {(row["kind"], row["column"], row["value"]) for row in told} == {
        ("left out", "上报时间", "'2026/11/20 24:00:00'")
    }


def test_a_file_of_which_nothing_is_taken_ends_with_1(run, table):
    code, out, err = run(table(GOOD.replace("P-1", "2.02611E+15")), "--mapping", MAPPING, "--dry-run")
    assert code == 1
    assert "read 1 = 0 accepted + 0 known already + 0 refused + 1 left out" in out
    assert err.endswith("Error: nothing was taken\n")


def test_a_column_that_is_not_there_is_named_with_the_nearest_one(run, table):
    header = HEADER.replace("处置时限", "处置时限要求")
    code, out, err = run(table(GOOD, header=header), "--mapping", MAPPING, "--dry-run")
    assert (code, out) == (1, "")
    assert err.endswith(
        "the mapping needs columns that are not there: 处置时限 (the nearest is 处置时限要求)\n"
    )


def test_an_absent_gateway_ends_the_command_in_time(run, table):
    begun = time.monotonic()
    gateway = f"ws://127.0.0.1:{free_port()}"
    code, out, err = run(
        table(GOOD), "--mapping", MAPPING, "--gateway", gateway, "--token", "t", "--wait", "0.5"
    )
    assert code == 1
    assert time.monotonic() - begun < 20.0
    assert f"{gateway}/v1/publish/case was not reached for 0.5 s" in err
    assert (
        out.splitlines()[-1]
        == "table: read 1 = 0 accepted + 0 known already + 0 refused + 0 left out + 1 not sent"
    )


def test_text_of_a_file_steers_no_terminal_and_is_no_formula(run, table, tmp_path):
    row = GOOD.replace("P-1", "\x1b[2JP-1").replace("2026/11/20 08", "2126/11/20 08").replace("2026", "2127")
    report = tmp_path / "report.csv"
    text = MAPPING.read_text(encoding="utf-8").replace('system = "PUDONG12345"', 'system = "=1+1"')
    mapping = tmp_path / "mapping.toml"
    mapping.write_text(text, encoding="utf-8")
    _, _, err = run(table(row), "--mapping", mapping, "--dry-run", "--report", report)
    assert "(=1+1/\N{REPLACEMENT CHARACTER}[2JP-1." in err
    assert "refused,'=1+1/" in report.read_text(encoding="utf-8-sig")


def test_a_report_that_cannot_be_written_is_an_error_before_anything_is_sent(run, table, tmp_path):
    report = tmp_path / "absent" / "report.csv"
    code, out, err = run(table(GOOD), "--mapping", MAPPING, "--dry-run", "--report", report)
    assert (code, out) == (2, "")
    assert str(report) in err
