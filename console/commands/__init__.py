"""The commands of the command line, one file per subject. They print their results.

It may import everything in ``console``.
"""
