from pprint import pformat

from tornado.web import Application, RequestHandler

from console.pages.http_handlers import printed_briefly


class Handler(RequestHandler):
    def initialize(self, table: list[int], zone: str) -> None:
        self.table = table


def test_a_pattern_is_printed_without_the_values_that_its_handler_gets() -> None:
    table = list(range(100_000))
    patterns = printed_briefly([(r"/table", Handler, {"table": table, "zone": "UTC"}), (r"/other", Handler)])
    assert len(pformat(patterns)) < 500
    assert "<table, zone>" in pformat(patterns)
    [rule, _] = Application(patterns).wildcard_router.rules[:2]
    assert rule.target_kwargs["table"] is table
    assert patterns[1] == (r"/other", Handler)
