"""Quantities: converts foreign names and units of measurements into ours."""

from typing import NamedTuple

__all__ = ["Quantity", "in_our_unit", "quantity_of"]


class Quantity(NamedTuple):
    """A measured quantity: device class and metric of the domain vocabulary."""

    device_class: str
    metric: str


QUANTITIES: dict[str, Quantity] = {
    "gage height": Quantity("water_level", "level"),
    "gauge height": Quantity("water_level", "level"),
    "water level": Quantity("water_level", "level"),
    "stage": Quantity("water_level", "level"),
    "water depth": Quantity("road_water_depth", "depth"),
    "discharge": Quantity("flow", "flow"),
    "streamflow": Quantity("flow", "flow"),
    "precipitation": Quantity("rain_gauge", "rain"),
    "rainfall": Quantity("rain_gauge", "rain"),
    "wind speed": Quantity("wind", "wind_speed"),
    "air temperature": Quantity("air", "temperature"),
    "temperature": Quantity("air", "temperature"),
    "relative humidity": Quantity("air", "humidity"),
    "air pressure": Quantity("air", "pressure"),
    "pm2.5": Quantity("air", "pm25"),
    "pm10": Quantity("air", "pm10"),
    "noise": Quantity("noise", "noise"),
}

UNITS: dict[str, tuple[str, float, float]] = {
    "ft": ("m", 0.3048, 0.0),
    "in": ("mm", 25.4, 0.0),
    "ft3/s": ("m³/s", 0.028316846592, 0.0),
    "ft^3/s": ("m³/s", 0.028316846592, 0.0),
    "degf": ("°C", 5 / 9, -160 / 9),
    "degc": ("°C", 1.0, 0.0),
    "mph": ("m/s", 0.44704, 0.0),
}
"""Foreign unit in lower case -> our unit, factor, offset."""


def quantity_of(name: str) -> Quantity:
    """Return our quantity for an observed property; an unknown one keeps its name, with class `sensor`."""
    key = " ".join(name.lower().split())
    return QUANTITIES.get(key, Quantity("sensor", key.replace(" ", "_")[:40] or "value"))


def in_our_unit(value: float, unit: str) -> tuple[float, str]:
    """Return the value in our unit, rounded to 6 decimals; unknown units are not changed."""
    ours, factor, offset = UNITS.get(unit.strip().lower(), (unit.strip(), 1.0, 0.0))
    return round(value * factor + offset, 6), ours
