"""Cards: one file each, a pure function from its channel's view of the state to the card's data.

A folder is a page's; what stands beside the folders is on every page. It may import ``layouts.contract``,
``layouts.case_tally`` and ``city``.
"""
