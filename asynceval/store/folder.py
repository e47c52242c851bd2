"""A folder on the disk: a new or renamed file is only safe once its folder is synced too."""

import os
from pathlib import Path


def sync_folder(folder: Path) -> None:
    """Put the folder's entries on the disk. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
