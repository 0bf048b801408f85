"""The exceptions of this package.

    BackupError             it cannot be done; the message says why and what to do
    ├── BrokenArchiveError  the archive is not whole
    └── NotEmptyError       there is something where the archive would be put
"""

from __future__ import annotations


class BackupError(RuntimeError):
    """Backup or restore."""


class BrokenArchiveError(BackupError):
    """The archive is not whole."""


class NotEmptyError(BackupError):
    """The place to restore to is in use."""
