import itertools
import re

import numpy as np
import numpy.typing as npt
import pytest

import static
from layouts import theme

Floats = npt.NDArray[np.float64]

TEXTS = ["text", "muted", "faint", "red-text", "orange-text", "yellow-text", "blue-text", "present"]
GROUNDS = ["ground", "card", "red-fill", "orange-fill", "blue-fill"]
SHAPES = ["red", "orange", "yellow", "blue"]
RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
FADED = re.compile(r"(?<![\w-])opacity: (0?\.\d+)")


def linear(token: str, *, phone: bool = False) -> Floats:
    srgb = np.array(theme.rgb(token, phone=phone)) / 255
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str, *, phone: bool = False) -> float:
    """WCAG 2.2 contrast ratio of two tokens, on a phone's page or another."""
    a, b = (float(linear(token, phone=phone) @ [0.2126, 0.7152, 0.0722]) for token in (one, other))
    return (max(a, b) + 0.05) / (min(a, b) + 0.05)


def lab_as_deuteranope(token: str) -> Floats:
    """CIELAB of a colour as seen without the middle cones (Machado 2009, severity 1)."""
    seen = np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]]
    )
    rgb = np.clip(seen @ linear(token), 0, 1)
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    xyz = to_xyz @ rgb / [0.9505, 1.0, 1.089]
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize(("text", "ground"), itertools.product(TEXTS, ["ground", "card"]))
def test_text_reaches_wcag_aa(text: str, ground: str) -> None:
    assert contrast(text, ground) >= 4.5


@pytest.mark.parametrize(("text", "ground"), itertools.product(TEXTS, GROUNDS))
def test_text_on_a_phone_is_read_in_sunlight(text: str, ground: str) -> None:
    """WCAG 2.2 AAA (1.4.6)."""
    assert contrast(text, ground, phone=True) >= 7.0


def test_what_is_over_is_muted_and_not_faded() -> None:
    """A faded text is lighter than any token says: only shapes may be, and the names under the figures."""
    rules = [
        rule for file in static.path("css").rglob("*.css") for rule in RULE.findall(file.read_text("utf-8"))
    ]
    faded = {selector.strip() for selector, inside in rules if FADED.search(inside)}
    texts = {one for one in faded if not all(part.strip().endswith(".mark") for part in one.split(","))}
    assert len(faded) > len(texts)
    assert texts == {".figure span"}


@pytest.mark.parametrize("fill", ["red-fill", "orange-fill", "blue-fill"])
def test_text_on_a_filled_cell_reaches_wcag_aa(fill: str) -> None:
    assert contrast("text", fill) >= 4.5


@pytest.mark.parametrize(("shape", "ground"), itertools.product(SHAPES, ["ground", "card"]))
def test_shapes_and_frames_reach_wcag_aa_for_graphics(shape: str, ground: str) -> None:
    assert contrast(shape, ground) >= 3.0


@pytest.mark.parametrize(("one", "other"), itertools.combinations([*SHAPES, "faint"], 2))
def test_colours_stay_apart_for_a_deuteranope(one: str, other: str) -> None:
    """Form says it too; colour alone should still differ by far more than a just noticeable step (2.3)."""
    apart = float(np.linalg.norm(lab_as_deuteranope(one) - lab_as_deuteranope(other)))
    assert apart > 10


def test_only_colours_have_rgb() -> None:
    with pytest.raises(ValueError, match="not a colour"):
        theme.rgb("hall")


def test_css_names_every_token() -> None:
    css = theme.css()
    assert all(f"--{name}:{value}" in css for name, value in theme.TOKENS.items())
