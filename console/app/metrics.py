"""The console's metrics in Prometheus' format, collected at each request."""

import time
from collections.abc import Callable, Iterator, Mapping

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from console.accounts.authorization import Authorization
from console.app.health import Health
from console.app.shared_metrics import GatewayFigures
from console.live.channel_figures import ChannelFigures
from console.live.channels import Channels
from console.live.feed_follower import Follower

__all__ = ["ConsoleFigures", "LoopWatch", "registry_of"]


class LoopWatch:
    """Lateness of the event loop: the largest delay of a 100 ms sleep over the last minute, in seconds."""

    def __init__(self) -> None:
        self._slots: list[float] = []
        self._planned = time.monotonic()

    def tick(self) -> None:
        """Record one wake-up. The event loop calls this every 100 ms."""
        now = time.monotonic()
        self._slots.append(max(0.0, now - self._planned))
        del self._slots[:-600]
        self._planned = now + 0.1

    @property
    def worst(self) -> float:
        """The largest delay of the last minute, in seconds."""
        return max(self._slots, default=0.0)


class ConsoleFigures(Collector):
    """Metrics of one console: lag, sessions, loop lateness, bytes per channel, records and refusals."""

    def __init__(
        self, channels: Channels, follower: Follower, health: Health, *, loop: LoopWatch,
        authorization: Authorization,
    ) -> None:  # fmt: skip
        self._channels = channels
        self._follower = follower
        self._health = health
        self._loop = loop
        self._authorization = authorization
        self.sessions: Callable[[], int] = lambda: 0
        self.gateway: GatewayFigures | None = None
        self.orders: Mapping[str, int] = {}

    def collect(self) -> Iterator[Metric]:
        """Yield the present values."""
        state = self._follower.store.state
        yield GaugeMetricFamily("citywall_ready", "1 when /readyz is green", not self._health.problems())
        yield GaugeMetricFamily("citywall_ledger_position", "last folded fact", state.ledger.position)
        head = GaugeMetricFamily("citywall_ledger_head", "last folded hash", labels=["hash"])
        head.add_metric([state.ledger.hash], state.ledger.position)
        yield head
        yield GaugeMetricFamily("citywall_loop_late_seconds", "worst of a minute", self._loop.worst)
        yield GaugeMetricFamily("citywall_sessions", "open pages", self.sessions())
        yield from _of_channels(self._channels.figures(), time.time())
        lag = GaugeMetricFamily("citywall_feed_lag_seconds", "append to hearing", labels=["topic"])
        for topic, seconds in self._follower.lag_s.items():
            lag.add_metric([topic], seconds)
        yield lag
        records = CounterMetricFamily("citywall_records", "records folded", labels=["topic"])
        for topic, count in self._follower.records.items():
            records.add_metric([topic], count)
        yield records
        refused = CounterMetricFamily("citywall_facts_not_folded", "facts", labels=["why", "type"])
        for why, counts in (("unknown", state.ledger.unknown), ("refused", state.ledger.refused)):
            for name, count in counts.items():
                refused.add_metric([why, name], count)
        yield refused
        yield CounterMetricFamily(
            "citywall_views_refused", "looks without a right", self._authorization.refused
        )
        signed = CounterMetricFamily("citywall_sign_ins", "tries by password or PIN", labels=["outcome"])
        for outcome in ("good", "refused", "waits"):
            signed.add_metric([outcome], self._authorization.sign_ins[outcome])
        yield signed
        orders = CounterMetricFamily("citywall_orders", "orders by their answers", labels=["answer"])
        for answer, number in self.orders.items():
            orders.add_metric([answer], number)
        yield orders
        if self.gateway is not None:
            yield from _of_gateway(self.gateway)


def _of_channels(figures: Mapping[str, ChannelFigures], now: float) -> Iterator[Metric]:
    """Yield the metrics of each kind of channel; never of one street, agency or person."""
    gauges: dict[str, tuple[str, Callable[[ChannelFigures], float]]] = {
        "citywall_watchers": ("open live sockets", lambda one: one.viewers),
        "citywall_watchers_behind": ("browsers that do not take what was sent", lambda one: one.behind),
        "citywall_channel_frame_age_seconds": (
            "age of the newest frame, NaN before the first", lambda one: now - one.frame_at,
        ),
    }  # fmt: skip
    counters: dict[str, tuple[str, Callable[[ChannelFigures], float]]] = {
        "citywall_channel_bytes": ("bytes sent to all", lambda one: one.bytes_out),
        "citywall_channel_looks": ("looks at the state", lambda one: one.looks),
        "citywall_channel_look_cpu_seconds": ("processor time of looks", lambda one: one.cpu_s),
        "citywall_channel_frames_dropped": (
            "frames that a slow browser got a newer one for", lambda one: one.frames_dropped,
        ),
        "citywall_channel_views_dropped": (
            "times that a slow browser got all views anew", lambda one: one.views_dropped,
        ),
    }  # fmt: skip
    for family, told in ((GaugeMetricFamily, gauges), (CounterMetricFamily, counters)):
        for name, (text, value_of) in told.items():
            metric = family(name, text, labels=["channel"])
            for page, one in figures.items():
                metric.add_metric([page], value_of(one))
            yield metric


def _of_gateway(figures: GatewayFigures) -> Iterator[Metric]:
    for name in ("accepted", "duplicates", "rejected"):
        family = CounterMetricFamily(f"citywall_gateway_{name}", f"records {name}", labels=["topic"])
        for topic, count in getattr(figures, name).items():
            family.add_metric([topic], count)
        yield family
    yield CounterMetricFamily("citywall_gateway_bad_frames", "frames refused whole", figures.bad_frames)
    yield CounterMetricFamily("citywall_gateway_cut", "subscribers cut for lag", figures.cut)
    yield GaugeMetricFamily("citywall_gateway_publishers", "open publishing sockets", figures.publishers)
    yield GaugeMetricFamily("citywall_gateway_subscribers", "open subscriptions", figures.subscribers)


def registry_of(figures: Collector) -> CollectorRegistry:
    """Return a registry with only this collector."""
    registry = CollectorRegistry()
    registry.register(figures)
    return registry
