"""Views of those who handle cases and tasks: agencies, streets, inspectors, workstations.

They hold what their own people may see, and nothing of another holder. It may import what `city.views` may.
"""
