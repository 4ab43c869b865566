"""An upload handler that keeps files in memory only.

Files may hold tokens, and Django's handlers write large ones to disk.
"""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.files.uploadhandler import FileUploadHandler


def accepts_files[View: Callable[..., Any]](view: View) -> View:
    """Let a page receive files of up to ``UPLOAD_MAX_MB``; put it above all other decorators."""
    view.accepts_files = True  # type: ignore[attr-defined]  # read by the upload handler
    return view


class InMemoryUploadHandler(FileUploadHandler):
    """Accept files on pages with `accepts_files`, from signed-in users.

    A file over the limit, or on another page, becomes an empty `OversizedUpload`.
    """

    chunk_size = 262_144

    def handle_raw_input(self, *_args: Any, **_options: Any) -> None:
        user = getattr(self.request, "user", None)
        page = getattr(self.request, "resolver_match", None)
        is_accepted = page is not None and getattr(page.func, "accepts_files", False)
        is_signed_in = user is not None and user.is_authenticated
        self._max_bytes = (
            settings.UPLOAD_MAX_MB * 1024 * 1024 if is_accepted and is_signed_in else 0
        )
        self._used_bytes = 0  # by the previous files

    def new_file(self, *args: Any, **options: Any) -> None:
        super().new_file(*args, **options)
        self._chunks: list[bytes] = []
        self._size = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self._size += len(raw_data)
        if self._used_bytes + self._size > self._max_bytes:
            self._chunks.clear()
        else:
            self._chunks.append(raw_data)

    def file_complete(self, file_size: int) -> SimpleUploadedFile:
        if self._used_bytes + self._size > self._max_bytes:
            return OversizedUpload(self.file_name or "", b"")
        self._used_bytes += self._size
        content = b"".join(self._chunks)
        self._chunks.clear()
        return SimpleUploadedFile(self.file_name or "", content)


class OversizedUpload(SimpleUploadedFile):
    """A file over the limit, without its content."""
