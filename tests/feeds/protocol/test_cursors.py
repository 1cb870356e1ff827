import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.protocol.cursors import BadCursor, Cursor, Place, read_cursor, stream_id, stream_text
from feeds.protocol.topics import TOPICS

NUMBERS = st.integers(0, 2**63 - 1)
PLACES = st.builds(Place, NUMBERS, st.tuples(NUMBERS, NUMBERS))
CURSORS = st.builds(
    Cursor,
    st.text(alphabet="0123456789abcdef.", min_size=1),
    st.dictionaries(st.sampled_from(TOPICS), PLACES, min_size=1),
)


@given(CURSORS)
def test_a_cursor_is_read_as_it_was_written(cursor: Cursor) -> None:
    assert read_cursor(cursor.text(), frozenset(cursor.places)) == cursor


@given(CURSORS, st.data())
def test_a_cut_or_foreign_text_is_no_cursor(cursor: Cursor, data: st.DataObject) -> None:
    text = cursor.text()
    topics = frozenset(cursor.places)
    cut = text[: data.draw(st.integers(0, len(text) - 1))]
    for wrong in (cut, text + "A", data.draw(st.text())):
        with pytest.raises(BadCursor):
            read_cursor(wrong, topics)
    with pytest.raises(BadCursor):
        read_cursor(text, topics ^ {"case"})


@given(st.tuples(NUMBERS, NUMBERS))
def test_a_stream_id_orders_as_two_numbers(place: tuple[int, int]) -> None:
    assert stream_id(stream_text(place)) == place
    assert stream_id(stream_text(place).encode()) == place
