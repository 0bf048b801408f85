"""Speed, as ratios: the house against plain Asterisk, in one interleaved run on one machine (``make bench``).

Decides nothing. Figures of elapsed time differ up to threefold between two runs on a busy machine, so every figure is
compared with its baseline a moment before and after (A B A B), and CPU is counted, not time, where CPU is the point.
Everything runs on loopback in a home of its own and ends with the run. Imports whatever it measures; nothing of the
house imports it.
"""
