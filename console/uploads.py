"""Files that people send: held in memory alone, since they may hold tokens, and only
from who is signed in.

Django's own handlers would write a large one to the disk of this machine.
"""

from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.files.uploadhandler import FileUploadHandler


class InMemory(FileUploadHandler):
    """Files of ``UPLOAD_MAX_MB`` together at most; of one that is more than what is
    left of that, only the name is kept."""

    chunk_size = 262_144

    def handle_raw_input(self, *_args: Any, **_options: Any) -> None:
        user = getattr(self.request, "user", None)
        self._most = settings.UPLOAD_MAX_MB * 1024 * 1024
        if user is None or not user.is_authenticated:
            self._most = 0
        self._held = 0  # bytes of the files before

    def new_file(self, *args: Any, **options: Any) -> None:
        super().new_file(*args, **options)
        self._parts: list[bytes] = []
        self._size = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self._size += len(raw_data)
        if self._held + self._size > self._most:
            self._parts.clear()
        else:
            self._parts.append(raw_data)

    def file_complete(self, file_size: int) -> SimpleUploadedFile:
        if self._held + self._size > self._most:
            return TooLarge(self.file_name or "", b"")
        self._held += self._size
        whole = b"".join(self._parts)
        self._parts.clear()
        return SimpleUploadedFile(self.file_name or "", whole)


class TooLarge(SimpleUploadedFile):
    """Stands for a file that was not kept."""
