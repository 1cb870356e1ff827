"""What the end of a response starts, as facts: the tasks of the end, the recovery list, the way back."""

from typing import Any

import msgspec

from city.commands.command import Refusal
from city.commands.decision import moment
from city.commands.response.activation_facts import Started, run_facts
from city.commands.subject_order import SubjectOrder
from city.commands.subjects import Subject
from city.response.activation_run import activation_run
from city.response.recovery import recovery_items
from city.state.response_records import Activation, Response

__all__ = ["ending_facts"]


def ending_facts(
    order: SubjectOrder, response: Response, activation: Activation
) -> Started | Refusal:  # fmt: skip
    """Return the facts that follow ``ResponseEnded`` in the same append, and the versions they expect.

    ``response`` and its ``activation`` are the records before the end. The list names what is open now; the
    tasks that the end starts are not on it. Relaxations end, so that deferred deadlines run again.
    """
    run = activation_run(order.state, order.rules, response.id, 0, order.now.city)
    incident = run.incident or activation.incident or f"response-{activation.id}"
    facts, expects = run_facts(order, run, incident, is_exercise=activation.is_exercise)
    there = order.state.incidents.get(incident)
    if there is not None and there.state == "responding":
        subject = Subject("incident", there.id, there, there.version, there.moved)
        facts.append(order.fact_on(subject, "IncidentRecovering", {"text": ""}))
        if not run.tasks:
            expects.append((subject.name, subject.version))
    subject = Subject("response", response.id, response, response.version, response.moved)
    facts.append(order.fact_on(subject, "RecoveryListed", _listed(order, response, activation)))
    return facts, expects


def _listed(order: SubjectOrder, response: Response, activation: Activation) -> dict[str, Any]:
    now = order.now.city
    items = recovery_items(order.state, order.rules, response, now)
    return {
        "activation": activation.id, "items": [msgspec.to_builtins(item) for item in items],
        "review_by": moment(now + order.rules.response.numbers.review_s),
        "is_exercise": activation.is_exercise,
    }  # fmt: skip
