"""The command line's commands, a file a subject. They talk by printing.

It may import everything in ``console``.
"""
