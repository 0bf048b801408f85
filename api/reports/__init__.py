"""Figures, the file for publication, and 要情专报 over HTTP.

Decides whose figures somebody may read, and to whom a report of important matters exists. Counts nothing itself. May
import workorders, core, and of api what stands before every route.
"""
