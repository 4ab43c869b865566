"""How fast the console is, as ratios of two things measured side by side in one run.

``make bench`` runs all of it; ``docs/performance.md`` says what the figures mean.
"""
