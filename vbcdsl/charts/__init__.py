"""Charts as inline SVG, without dependencies: they print, and they read in grey.

`svg.py` draws, `axis.py` finds ticks and writes their labels, and each chart has a module of its own. A chart is a
text that begins with `<svg` and can stand in a page, or in a file.
"""
