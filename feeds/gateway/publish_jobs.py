"""Jobs: one valid frame of a publisher while it is appended to the logs."""

from collections.abc import Container
from typing import Any

import msgspec

from city.facts.fact import body_of
from feeds.ledger.ledger import ANY, Act
from feeds.people.reporters import PeopleStore
from feeds.protocol.faults import Rejected
from feeds.protocol.records import Normalised
from feeds.protocol.topics import LEDGER_KINDS
from feeds.telemetry.telemetry import Batch, digest_of

__all__ = ["Job", "act_of", "batch_of", "command_id", "id_of", "name_by_reference"]

_encoder = msgspec.json.Encoder()

_FACTS = {
    "case": "CaseReported", "cap": "WarningReceived", "track": "StormTracked",
    "device": "DeviceRegistered", "camera": "CameraRegistered",
}  # fmt: skip


class Job(msgspec.Struct):
    """A valid frame in work: its records, and the result of each one (by index)."""

    topic: str
    client: str
    batch: str
    received: str
    now: float
    records: list[Any]
    judged: list[Normalised | Rejected]
    taken: dict[int, str] = {}
    duplicates: set[int] = set()

    def open(self, *, ledger: bool | None = None) -> list[tuple[int, Normalised]]:
        """Return the valid records without a result: all, only facts (True) or only measurements (False)."""
        return [
            (index, found)
            for index, found in enumerate(self.judged)
            if isinstance(found, Normalised)
            and index not in self.taken
            and index not in self.duplicates
            and (ledger is None or (found.kind in LEDGER_KINDS) == ledger)
        ]


def name_by_reference(people: PeopleStore, client: str, found: Normalised) -> str:
    """Write the references of a record's reporter into it; return the reporter reference."""
    reporter = found.reporter or {}
    ref = people.ref(client, found.id)
    found.record["reporter_ref"] = ref
    if caller := people.caller_ref(reporter.get("phone")):
        found.record["caller_ref"] = caller
    if reporter.get("wants_reply") is True:
        found.record["wants_reply"] = True  # does not identify the person
    return ref


def act_of(topic: str, client: str, found: Normalised, street: str) -> Act:
    """Return the append that stores a record as a fact; ``street`` is a code or empty."""
    record = found.record
    subject = {
        "case": lambda: f"case:{client}/{found.id}",
        "cap": lambda: f"warning:{record['sender']}/{record['identifier']}",
        "track": lambda: f"storm:{record['storm']}",
        "device": lambda: f"device:{record['device']}",
        "camera": lambda: f"camera:{record['camera']}",
    }[found.kind]()
    data: dict[str, Any] = {"record": record}
    if found.kind in ("case", "device", "camera"):
        data["street"] = street
    body = body_of(_FACTS[found.kind], subject, f"client:{client}", data)
    # A case's version counts our decisions; its report is not one, so the version starts at 0.
    expects = () if found.kind == "case" else ((subject, ANY),)
    return Act(command_id(topic, client, found.id), (body,), expects)


def command_id(topic: str, client: str, record_id: str) -> str:
    """Return the command id under which the ledger remembers a record for ever."""
    return f"pub:{topic}:{client}:{record_id}"


def id_of(record: Any) -> str | None:
    """Return the id of a rejected record if it is a valid id."""
    record_id = record.get("id") if isinstance(record, dict) else None
    if not isinstance(record_id, str) or not 1 <= len(record_id) <= 128:
        return None
    return (
        record_id
        if record_id.isascii() or record_id.encode("utf-8", "ignore").decode() == record_id
        else None
    )


def batch_of(job: Job, devices: Container[str]) -> tuple[list[int], Batch]:
    """Return the indices of the records in a job's telemetry batch, and the batch.

    Facts claim their id, rejected records only ask whether theirs is known. A reading of a device that is not
    in ``devices`` is marked ``unregistered``.
    """
    indices, digests, kinds, payloads = [], [], "", []
    for index, found in enumerate(job.judged):
        record_id: str | None
        if isinstance(found, Rejected):
            record_id, kind = id_of(job.records[index]), "k"
        else:
            record_id, kind = found.id, "c" if found.kind in LEDGER_KINDS else "n"
        if record_id is None or (kind == "n" and index in job.duplicates):
            continue
        if kind == "n" and isinstance(found, Normalised):
            if found.kind == "reading" and found.record["device"] not in devices:
                found.record["unregistered"] = True
            payloads.append(_encoder.encode(found.record))
        kinds += kind
        indices.append(index)
        digests.append(digest_of(job.client, record_id))
    return indices, Batch(job.client, job.received, digests, kinds, payloads)
