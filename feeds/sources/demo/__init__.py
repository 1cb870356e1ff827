"""The demo district: an invented city with real street names that publishes like any other system."""

from feeds.sources.demo.clients import CLIENTS, Client
from feeds.sources.demo.district import DemoDistrict

__all__ = ["CLIENTS", "Client", "DemoDistrict"]
