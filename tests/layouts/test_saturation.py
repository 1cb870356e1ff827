import io
from pathlib import Path

import pytest
from PIL import Image

from layouts import theme
from layouts.saturation import ROUTINE_MOST, saturated_share

MOCKUP = Path(__file__).parents[3] / "shared" / "design" / "mockups" / "wall-routine.png"


def picture(*patches: tuple[str, int]) -> bytes:
    """A ground of 100 × 100 pixels with rows of other colours on it."""
    image = Image.new("RGB", (100, 100), theme.rgb("ground"))
    row = 0
    for token, rows in patches:
        image.paste(theme.rgb(token), (0, row, 100, row + rows))
        row += rows
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize(
    "token", ["ground", "card", "line", "text", "muted", "faint", "present", "density-2"]
)
def test_greys_and_grounds_are_not_loud(token: str) -> None:
    assert saturated_share(picture((token, 50))) == 0.0


@pytest.mark.parametrize("token", ["red", "orange", "yellow", "blue", "red-text", "orange-text", "blue-text"])
def test_every_colour_that_asks_for_action_counts(token: str) -> None:
    assert saturated_share(picture((token, 3))) == pytest.approx(0.03)


@pytest.mark.skipif(not MOCKUP.exists(), reason="the design's mockups are not on this machine")
def test_the_routine_mockup_is_quiet() -> None:
    assert saturated_share(MOCKUP.read_bytes()) <= ROUTINE_MOST
