"""Figures: the drawings of a report, as SVG that stands in a page or in a file of its own."""
