"""A broker's connection: every message is on our disk before the broker gets its acknowledgement."""

import asyncio
import hashlib
import json
import ssl
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import aiomqtt
from paho.mqtt.client import MQTTMessage

from feeds.sources.contract import FieldError, Remark
from feeds.sources.live.credentials import Login
from feeds.sources.live.messages import Item, Message, Reader, Taken, reading_errors
from feeds.sources.live.outbox import Outbox
from feeds.sources.live.source_file import BrokerAddress
from feeds.sources.live.spool import ARRIVALS, Arrival

__all__ = ["Connection", "LateClient"]

GROUP = 500
"""Messages that are stored together."""
MOST_HELD = 20_000
"""Messages in memory; above it the connection is closed until they are stored."""
SUBSCRIBED_TOGETHER = 100
SUBSCRIBED = "subscribed"
"""The place that holds the topics of the last connection."""
REFUSED = 128
"""Granted quality of service from which on a subscription is refused."""
_FIRST_DELAY_S, _LONGEST_DELAY_S = 0.2, 10.0


class _Arrived(NamedTuple):
    message: MQTTMessage
    at: float


class LateClient(aiomqtt.Client):
    """aiomqtt's client, but a message is acknowledged when we say so, and none is dropped."""

    def __init__(self, clock: Callable[[], float], **settings: Any) -> None:
        self.arrived: deque[_Arrived] = deque()
        self._clock = clock
        self._news = asyncio.Event()
        self._woken = False
        super().__init__(**settings)
        self._client.manual_ack_set(True)
        self._disconnected.add_done_callback(lambda _: self._news.set())

    def _on_message(self, client: Any, userdata: Any, message: MQTTMessage) -> None:
        self.arrived.append(_Arrived(message, self._clock()))
        self._news.set()

    def wake(self) -> None:
        """Let ``group`` return, with nothing if nothing has come."""
        self._woken = True
        self._news.set()

    async def group(self) -> list[_Arrived]:
        """Return the oldest messages; raises MqttError when there are none and the broker is gone."""
        while not self.arrived and not self._woken:
            if self._disconnected.done():
                message = "the broker closed the connection"
                raise aiomqtt.MqttError(message) from self._disconnected.exception()
            self._news.clear()
            await self._news.wait()
        return [self.arrived.popleft() for _ in range(min(GROUP, len(self.arrived)))]

    def acknowledge(self, messages: Iterable[MQTTMessage]) -> None:
        """Acknowledge messages of this connection in the order of their arrival."""
        for message in messages:
            if message.qos and not self._disconnected.done():
                self._client.ack(message.mid, message.qos)


class Connection:
    """Reads one broker for one source, without end."""

    def __init__(self, address: BrokerAddress, login: Login, reader: Reader, outbox: Outbox) -> None:
        self._address = address
        self._login = login
        self._reader = reader
        self._outbox = outbox
        self._arrivals = outbox.arrivals()
        self._renewed = False
        self._is_read = False
        self._client: LateClient | None = None

    @property
    def is_connected(self) -> bool:
        """Whether the broker has taken our subscriptions and is read."""
        return self._is_read

    def renew(self) -> None:
        """Connect again, because the reader has other topics."""
        if self._client is not None and not self._renewed:
            self._renewed = True
            self._client.wake()

    async def run(self) -> None:
        """Connect, subscribe, read; again with growing pauses. While the spool is full nothing is read."""
        log, delay, down = self._outbox.log, _FIRST_DELAY_S, False
        registered = self._reader.registrations(self._outbox.clock())
        await self._outbox.take([("the source's file", item) for item in registered])
        while True:
            await self._outbox.room()
            try:
                async with LateClient(self._outbox.clock, **self._settings()) as client:
                    self._client, self._renewed = client, False
                    await self._subscribe(client)
                    self._is_read = True
                    log.info("broker_connected", broker=self._address.shown, again=down)
                    delay, down = _FIRST_DELAY_S, False
                    await self._read(client)
                    continue
            except (aiomqtt.MqttError, OSError, ValueError) as error:
                if not down:
                    log.warning("broker_unreachable", broker=self._address.shown, reason=_words(error))
                down = True
            finally:
                self._client, self._is_read = None, False
            await asyncio.sleep(delay)
            delay = min(delay * 2, _LONGEST_DELAY_S)

    def _settings(self) -> dict[str, Any]:
        address, login = self._address, self._login
        context = None
        if address.tls:
            context = ssl.create_default_context(cafile=address.ca_file or None)
            if address.cert_file:
                context.load_cert_chain(address.cert_file, address.key_file or None)
        return {
            "hostname": address.host,
            "port": address.port,
            "username": login.user or None,
            "password": login.password or None,
            "identifier": address.client_id,
            "clean_session": False,
            "tls_context": context,
            "keepalive": 30,
            "timeout": 10,
        }

    async def _subscribe(self, client: LateClient) -> None:
        topics = list(self._reader.topics())
        # The session keeps what an earlier file of the source asked for.
        earlier = json.loads(self._outbox.places.get(SUBSCRIBED, "[]"))
        if gone := sorted(set(earlier) - set(topics)):
            await client.unsubscribe(gone)
        for start in range(0, len(topics), SUBSCRIBED_TOGETHER):
            some = topics[start : start + SUBSCRIBED_TOGETHER]
            granted: Sequence[Any] = await client.subscribe([(topic, 1) for topic in some])
            for topic, answer in zip(some, granted, strict=False):
                code: int = getattr(answer, "value", answer)
                if code >= REFUSED:
                    self._outbox.log.error("subscription_refused", topic=topic)
        await self._outbox.take([], places={SUBSCRIBED: json.dumps(topics)})

    async def _read(self, client: LateClient) -> None:
        """Read until the spool is full or the topics changed; raises MqttError when the broker is gone."""
        while not self._renewed:
            group = await client.group()
            await self._take(group)
            client.acknowledge(arrived.message for arrived in group)
            if self._outbox.is_full or len(client.arrived) > MOST_HELD:
                break
        # What came without acknowledgement (QoS 0) is not sent again.
        held = [arrived for arrived in client.arrived if arrived.message.qos == 0]
        client.arrived.clear()
        for start in range(0, len(held), GROUP):
            await self._take(held[start : start + GROUP])

    async def _take(self, group: Sequence[_Arrived]) -> None:
        items: list[tuple[str, Item]] = []
        remarks: list[Remark] = []
        arrivals: list[Arrival] = []
        for arrived in group:
            message = arrived.message
            mark = _mark(message)
            at = self._first_arrival(arrived, mark)
            topic = _topic(message)
            taken = self._read_one(Message(topic, bytes(message.payload), at, bool(message.retain)))
            items += [(topic, item) for item in taken.items]
            remarks += taken.remarks
            if taken.by_arrival and message.qos:
                arrivals.append(Arrival(message.mid, mark, at))
        await self._outbox.take(items, remarks, arrivals=arrivals)
        for one in arrivals:
            self._arrivals.pop(one.mid, None)  # the newest stand at the end
            self._arrivals[one.mid] = one
        while len(self._arrivals) > ARRIVALS:
            del self._arrivals[next(iter(self._arrivals))]

    def _first_arrival(self, arrived: _Arrived, mark: str) -> float:
        """Return when a message arrived first: one that the broker sends again is no new measurement."""
        known = self._arrivals.get(arrived.message.mid) if arrived.message.dup else None
        return known.at if known is not None and known.mark == mark else arrived.at

    def _read_one(self, message: Message) -> Taken:
        counts = self._outbox.counts
        counts.messages += 1
        try:
            taken = self._reader.read(message)
        except FieldError as error:
            taken = Taken(remarks=[Remark.of(message.topic, error)])
        except reading_errors as error:
            # One message of an unexpected form does not stop the others.
            taken = Taken(remarks=[Remark(message.topic, "", f"cannot be read: {type(error).__name__}")])
        counts.ignored += taken.ignored
        return taken


def _mark(message: MQTTMessage) -> str:
    return hashlib.sha256(_topic(message).encode() + b"\0" + bytes(message.payload)).hexdigest()[:16]


def _topic(message: MQTTMessage) -> str:
    try:
        return message.topic
    except UnicodeDecodeError:
        return "(a topic that is not UTF-8)"


def _words(error: BaseException) -> str:
    """Return an error with its cause, in words."""
    cause = error.__cause__
    return f"{error} ({cause})" if cause is not None and str(cause) else str(error) or type(error).__name__
