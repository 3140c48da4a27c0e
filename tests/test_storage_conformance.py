"""What every storage promises: one that is new gets a class with an `opened` fixture, and passes the same tests."""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Callable
from pathlib import Path, PurePath

import pytest

from scrubber.storage import LocalFolder, NameTaken, Storage

NAME = PurePath("photo.jpg")
BELOW = PurePath("day one/photo.jpg")


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def publish(storage: Storage, data: bytes, name: PurePath = NAME) -> None:
    storage.commit(storage.stage(data), name)


class StorageConformance:
    """`opened` gives another `Storage` of the same empty place whenever it is called."""

    @pytest.fixture
    def opened(self, tmp_path: Path) -> Callable[[], Storage]:
        raise NotImplementedError

    @pytest.fixture
    def storage(self, opened: Callable[[], Storage]) -> Storage:
        storage = opened()
        storage.prepare()
        return storage

    @pytest.mark.parametrize("name", [NAME, BELOW])
    def test_a_copy_is_there_when_it_is_committed(self, storage: Storage, name: PurePath) -> None:
        staged = storage.stage(b"safe")
        assert not storage.is_taken(name)
        storage.commit(staged, name)
        assert storage.is_taken(name)
        assert storage.digest(name) == sha256(b"safe")
        assert storage.address(name).endswith(name.as_posix())
        assert not storage.is_taken(staged)

    def test_no_name_is_given_twice(self, storage: Storage) -> None:
        publish(storage, b"first")
        staged = storage.stage(b"second")
        with pytest.raises(NameTaken):
            storage.commit(staged, NAME)
        assert storage.digest(NAME) == sha256(b"first")
        storage.commit(staged, BELOW)
        assert storage.digest(BELOW) == sha256(b"second")

    @pytest.mark.parametrize("there", [True, False])
    def test_a_file_is_replaced_for_whoever_says_so(self, storage: Storage, there: bool) -> None:
        if there:
            publish(storage, b"first")
        storage.replace(storage.stage(b"second"), NAME)
        assert storage.digest(NAME) == sha256(b"second")

    def test_a_copy_is_known_by_its_bytes(self, storage: Storage) -> None:
        assert storage.state(BELOW, sha256(b"safe")) == "missing"
        assert storage.digest(BELOW) is None
        publish(storage, b"safe", BELOW)
        assert storage.state(BELOW, sha256(b"safe")) == "intact"
        storage.replace(storage.stage(b"edited"), BELOW)
        assert storage.state(BELOW, sha256(b"safe")) == "changed"

    def test_only_what_was_published_is_retracted(self, storage: Storage) -> None:
        publish(storage, b"safe")
        for other in (sha256(b"other"), None):
            assert not storage.retract(NAME, other)
            assert storage.digest(NAME) == sha256(b"safe")
        assert storage.retract(NAME, sha256(b"safe"))
        assert not storage.is_taken(NAME)
        assert storage.retract(NAME, sha256(b"safe"))

    def test_what_is_discarded_is_gone(self, storage: Storage) -> None:
        publish(storage, b"safe")
        staged = storage.stage(b"not wanted")
        for name in (NAME, staged, staged):
            storage.discard(name)
            assert not storage.is_taken(name)

    def test_leftovers_of_one_run_are_swept(self, storage: Storage, opened: Callable[[], Storage]) -> None:
        publish(storage, b"safe")
        left, other = storage.stage(b"half"), opened()
        kept = other.stage(b"of another run")
        opened().sweep(storage.token)
        assert not storage.is_taken(left)
        assert storage.is_taken(NAME)
        assert other.digest(kept) == sha256(b"of another run")

    def test_another_process_can_stage(self, storage: Storage) -> None:
        staged = pickle.loads(pickle.dumps(storage)).stage(b"safe")
        storage.commit(staged, NAME)
        assert storage.digest(NAME) == sha256(b"safe")


class TestLocalFolder(StorageConformance):
    @pytest.fixture
    def opened(self, tmp_path: Path) -> Callable[[], Storage]:
        return lambda: LocalFolder(tmp_path / "out")
