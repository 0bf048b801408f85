"""Articles and what was done with them. Times are epoch seconds (UTC). Editions and changes are only ever added."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, Boolean, Column, Float, Index, Integer, String, Text, UniqueConstraint
from sqlmodel import Field, SQLModel


def _seconds() -> Any:
    return Column(Float(53), nullable=False)


class KnowledgeArticle(SQLModel, table=True):
    """An article as it is read now: `title` to `public` are those of the edition in use; of a draft, of the newest.

    `version` is the length of its history; `due_at` by when it must be reviewed, 0.0 until it is published.
    """

    __tablename__ = "knowledge_article"
    __table_args__ = (Index("knowledge_article_unit", "unit", "state"), Index("knowledge_article_due", "due_at"),
                      Index("knowledge_article_changed", "changed_at", "number"))
    number: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    version: int = Field(sa_column=Column(Integer, nullable=False))
    state: str = Field(sa_column=Column(String(10), nullable=False))  # rules.State
    unit: str = Field(sa_column=Column(String(40), nullable=False))
    title: str = Field(sa_column=Column(String(200), nullable=False))
    words: str = Field(sa_column=Column(Text, nullable=False))
    field: str = Field(default="", sa_column=Column(String(40), nullable=False))  # first level of the classification
    public: bool = Field(default=False, sa_column=Column(Boolean, nullable=False))
    review_days: int = Field(sa_column=Column(Integer, nullable=False))
    reviewed_at: float = Field(default=0.0, sa_column=_seconds())
    reviewed_by: str = Field(default="", sa_column=Column(String(40), nullable=False))
    due_at: float = Field(default=0.0, sa_column=_seconds())
    latest: int = Field(default=1, sa_column=Column(Integer, nullable=False))
    published: int = Field(default=0, sa_column=Column(Integer, nullable=False))
    cited: int = Field(default=0, sa_column=Column(Integer, nullable=False))  # calls in which it was cited
    changed_at: float = Field(sa_column=_seconds())


class KnowledgeEdition(SQLModel, table=True):
    """The words of an article as somebody wrote them. Never changed."""

    __tablename__ = "knowledge_edition"
    number: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    edition: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    title: str = Field(sa_column=Column(String(200), nullable=False))
    words: str = Field(sa_column=Column(Text, nullable=False))
    field: str = Field(default="", sa_column=Column(String(40), nullable=False))
    public: bool = Field(default=False, sa_column=Column(Boolean, nullable=False))
    by: str = Field(sa_column=Column(String(40), nullable=False))
    why: str = Field(default="", sa_column=Column(Text, nullable=False))
    at: float = Field(sa_column=_seconds())


class KnowledgeChange(SQLModel, table=True):
    """One act on an article: who did what and when. `data`: what moved besides the words. Never changed."""

    __tablename__ = "knowledge_change"
    number: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    seq: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    do: str = Field(sa_column=Column(String(10), nullable=False))  # rules.Do
    edition: int = Field(sa_column=Column(Integer, nullable=False))
    by: str = Field(sa_column=Column(String(40), nullable=False))
    why: str = Field(default="", sa_column=Column(Text, nullable=False))
    data: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    at: float = Field(sa_column=_seconds())


class KnowledgeFlag(SQLModel, table=True):
    """内容有误: somebody says that an article is wrong; open until its keepers have answered."""

    __tablename__ = "knowledge_flag"
    __table_args__ = (Index("knowledge_flag_open", "settled_at", "at"), Index("knowledge_flag_number", "number"))
    id: str = Field(sa_column=Column(String(40), primary_key=True))
    number: int = Field(sa_column=Column(Integer, nullable=False))
    edition: int = Field(sa_column=Column(Integer, nullable=False))
    words: str = Field(sa_column=Column(Text, nullable=False))
    by: str = Field(sa_column=Column(String(40), nullable=False))
    at: float = Field(sa_column=_seconds())
    settled_at: float = Field(default=0.0, sa_column=_seconds())
    settled_by: str = Field(default="", sa_column=Column(String(40), nullable=False))
    said: str = Field(default="", sa_column=Column(Text, nullable=False))


class KnowledgeGap(SQLModel, table=True):
    """没找到: words that people looked for in vain, counted. `unit`: whose it would be, "" where nobody knows."""

    __tablename__ = "knowledge_gap"
    __table_args__ = (UniqueConstraint("words", "unit", name="one_gap_a_words_and_unit"),
                      Index("knowledge_gap_open", "closed_at", "times"))
    id: str = Field(sa_column=Column(String(40), primary_key=True))
    words: str = Field(sa_column=Column(String(100), nullable=False))
    unit: str = Field(default="", sa_column=Column(String(40), nullable=False))
    times: int = Field(default=1, sa_column=Column(Integer, nullable=False))
    first_at: float = Field(sa_column=_seconds())
    last_at: float = Field(sa_column=_seconds())
    closed_at: float = Field(default=0.0, sa_column=_seconds())
    closed_by: str = Field(default="", sa_column=Column(String(40), nullable=False))
    said: str = Field(default="", sa_column=Column(Text, nullable=False))


class KnowledgeCitation(SQLModel, table=True):
    """An article that was cited to the citizen in a call; its order is found by the same call key."""

    __tablename__ = "knowledge_citation"
    call: str = Field(sa_column=Column(String(32), primary_key=True))
    number: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    edition: int = Field(sa_column=Column(Integer, nullable=False))
    by: str = Field(sa_column=Column(String(40), nullable=False))
    at: float = Field(sa_column=_seconds())
