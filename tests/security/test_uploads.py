"""Threat: large files fill the memory through pages that ask for no file."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.test import RequestFactory
from django.urls import resolve

from console.web.uploads import OversizedUpload
from tenants.organizations.roles import Role
from tests.support.access import ORGANIZATION_PAGES, page_path

WITH_FILES = {"batches:new", "batches:replace"}


@pytest.mark.parametrize("name", ORGANIZATION_PAGES)
def test_only_pages_that_ask_for_a_file_read_one(name, django_user_model):
    path = page_path(name)
    request = RequestFactory().post(path, {"file": SimpleUploadedFile("a.csv", b"x" * 100)})
    request.user = django_user_model(username=Role.ADMIN.name)
    request.resolver_match = resolve(path)

    file = request.FILES["file"]

    assert isinstance(file, UploadedFile)
    assert isinstance(file, OversizedUpload) is (name not in WITH_FILES)
    assert file.size == (100 if name in WITH_FILES else 0)
