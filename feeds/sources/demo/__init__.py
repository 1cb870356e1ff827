"""The demo district: an invented city on real street names that publishes like anyone else."""

from feeds.sources.demo.clients import CLIENTS, Client
from feeds.sources.demo.district import DemoDistrict

__all__ = ["CLIENTS", "Client", "DemoDistrict"]
