"""The review (复盘): one analyst's Panel session over the case history, in a process of its own.

A pan over millions of rows takes a core for a moment, so it never shares a process with live pages. It may
import what ``console.app`` may, and ``layers.review``, ``feeds.history``.
"""
