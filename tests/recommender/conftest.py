from __future__ import annotations

import pytest

from recommender import Index, sync_library
from tests.recommender.counting_model import CountingModel
from tests.recommender.readings_for_tests import small_library


@pytest.fixture(scope="session")
def model():
    return CountingModel()


@pytest.fixture
def folder(tmp_path, model):
    sync_library(tmp_path / "index", small_library(), model)
    return tmp_path / "index"


@pytest.fixture
def index(folder, model):
    index = Index.open(folder, model)
    yield index
    index.close()


@pytest.fixture(scope="session")
def lasting_index(tmp_path_factory, model):
    """For property tests, which only read it."""
    folder = tmp_path_factory.mktemp("index")
    sync_library(folder, small_library(), model)
    index = Index.open(folder, model)
    yield index
    index.close()
