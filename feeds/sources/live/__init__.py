"""Live sources: MQTT brokers and SensorThings services, read as records, spooled, published as they come.

It may import the other readers of ``feeds.sources``, ``feeds.clients``, ``feeds.storage`` and ``city``.
Nothing else of ``feeds`` imports it, and no other room knows MQTT.
"""
