"""The after-action report of a response: what happened, who decided, what was late.

It reads the folded state and facts and writes HTML or PDF; it decides nothing. It may import
``console.deployment`` and what the screens may import.
"""
