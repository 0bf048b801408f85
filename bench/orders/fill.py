"""Fills an empty database with many orders: PostgreSQL by COPY, SQLite by executemany; indexes afterwards."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from typing import Any

import psycopg
from psycopg import sql

from bench.orders import clones
from bench.orders.clones import COPY, NULL, VALUES, Dialect, Lines, Mould
from hotline.seed.lives import Life, Year
from workorders.keeping import figures
from workorders.keeping.tables import (
    OrderAct,
    OrderBarred,
    OrderCase,
    OrderFinding,
    OrderNamed,
    OrderUnit,
    Timer,
)
from workorders.models import CallRecord, WorkOrder

BASE = 5_000  # lives that are told; the rest are clones of these
UNTIL = date(2026, 11, 25)
_CHUNK = 4000  # orders between two writes
_TABLES: dict[str, list[str]] = {
    table.__tablename__: clones.columns_of(table)
    for table in (WorkOrder, OrderAct, OrderUnit, OrderBarred, OrderNamed, OrderFinding, OrderCase, Timer, CallRecord)
}


def told(count: int) -> tuple[Year, list[Life]]:
    """Return a year of the seed city."""
    year = Year(42, count, UNTIL)
    return year, list(year.lives())


def postgres(url: str, size: int, now: float) -> None:
    """Fill a PostgreSQL database that has its tables and nothing in them."""
    year, lives = told(min(size, BASE))
    copies = max(1, size // len(lives))
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET synchronous_commit = off")
        connection.execute("SET maintenance_work_mem = '512MB'")
        later = _without_indexes(connection)
        for lines in _chunks(lives, year, copies, now, COPY):
            for table, those in lines.items():
                names = ["rank", "grams"] if table == "order_words" else _TABLES[table]
                copy = sql.SQL("COPY {} ({}) FROM STDIN").format(
                    sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, names)))
                with connection.cursor() as cursor, cursor.copy(copy) as out:
                    out.write("\n".join(those) + "\n")
        for table, rows in _sums(lives, year, copies, now).items():
            _insert(connection, table, rows)
        for statement in later:
            connection.execute(statement)  # type: ignore[call-overload]
        connection.execute("VACUUM ANALYZE")


def _without_indexes(connection: psycopg.Connection[Any]) -> list[str]:
    """Drop the indexes that guard nothing; return the statements that make them again."""
    rows = connection.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename IN "
        "('work_order', 'order_act', 'order_unit', 'order_case', 'order_words', 'call_record', 'timer') AND indexname "
        "NOT IN (SELECT conname FROM pg_constraint)").fetchall()
    for name, _ in rows:
        connection.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
    return [statement for _, statement in rows]


def _insert(connection: psycopg.Connection[Any], table: str, rows: list[tuple[Any, ...]]) -> None:
    with connection.cursor() as cursor, cursor.copy(sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(table))) as out:
        for row in rows:
            out.write_row(row)


def sqlite(path: str, size: int, now: float) -> None:
    """Fill an SQLite database that has its tables and nothing in them."""
    year, lives = told(min(size, BASE))
    copies = max(1, size // len(lives))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        for lines in _chunks(lives, year, copies, now, VALUES):
            with connection:
                for table, those in lines.items():
                    names = ["rowid", "grams"] if table == "order_words" else _TABLES[table]
                    marks, columns = ", ".join("?" * len(names)), ", ".join(f'"{name}"' for name in names)
                    connection.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", map(_values, those))
        with connection:
            for table, rows in _sums(lives, year, copies, now).items():
                connection.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(rows[0]))})", rows)
        connection.execute("ANALYZE")


def _values(line: str) -> list[str | None]:
    return [None if value == NULL else value for value in line.split(VALUES.between)]


def _chunks(lives: list[Life], year: Year, copies: int, now: float, dialect: Dialect) -> Iterator[Lines]:
    lines: Lines = defaultdict(list)
    moulds: dict[str, Mould] = {}
    for place, (life, copy, number) in enumerate(clones.numbered(lives, copies), start=1):
        if copy == 0:
            moulds = {life.number: clones.mould(life, year.rules, now, dialect)}
        clones.clone(moulds[life.number], number, copy, lines)
        if place % _CHUNK == 0:
            yield lines
            lines = defaultdict(list)
    yield lines


def _sums(lives: list[Life], year: Year, copies: int, now: float) -> dict[str, list[tuple[Any, ...]]]:
    """Return the counts and sums of days: those of the lives, times the copies."""
    days: dict[str, int] = defaultdict(int)
    cases = [case for life in lives for case in figures.cases_of(life.order, now, year.rules.calendar)]
    for life in lives:
        days[life.number[:9]] += copies
    sums = figures.changes((), cases)
    units = [(unit.id, unit.name, unit.upper) for unit in year.city.units]
    return {"order_day": list(days.items()), "unit_place": units,
            "figure_day": [(*key, *(count * copies for count in row)) for key, row in sorted(sums.items())]}
