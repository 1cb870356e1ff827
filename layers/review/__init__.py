"""The review's figures: a case history as a map, a histogram in time and a comparison by street.

Datashader counts every case of the window at each pan; the rows may be a pandas frame of this process or a
Dask frame of a cluster. It may import ``layers.atlas``, ``layers.palette`` and ``city``.
"""
