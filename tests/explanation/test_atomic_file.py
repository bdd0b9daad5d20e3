"""Files are written as a whole or not at all: on a full disk, after an error, and when the process is killed."""

import errno
import os
import re
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from cam1d_widget.explanation.atomic_file import atomic_file

ROOT = Path(__file__).parents[2]

# Every way to save, first in full, then where no file may grow beyond a kilobyte, as on a disk that is full.
SAVES = """
import resource, sys
from pathlib import Path
from cam1d_widget import ExplanationViewer
from cam1d_widget.viewer.synced.channel_stack import ChannelStack
from tests.support.arrays import explanation

folder = Path(sys.argv[1])
whole = explanation()
viewer = ExplanationViewer(whole)
asked = []
ChannelStack.send = lambda self, content, buffers=None: asked.append(content)
viewer.mark._handle_custom_msg({"type": "views", "count": 1}, [])

def picture(save, path):
    save(path)
    viewer.mark._receive(viewer.mark, {"type": "picture", "request": asked[-1]["request"]}, [bytes(100_000)])

saves = {
    "explanation.npz": whole.save,
    "page.html": lambda path: viewer.save_html(path, progress=False),
    "numbers.csv": viewer.save_numbers,
    "numbers.npz": viewer.save_numbers,
    "picture.png": lambda path: picture(viewer.save_png, path),
    "picture.svg": lambda path: picture(viewer.save_svg, path),
}
before = {}
for name, save in saves.items():
    save(folder / name)
    before[name] = (folder / name).read_bytes()
resource.setrlimit(resource.RLIMIT_FSIZE, (1024, resource.RLIM_INFINITY))
for name, save in saves.items():
    try:
        save(folder / name)
    except OSError:
        assert (folder / name).read_bytes() == before[name], f"{name} was lost"
    else:
        raise AssertionError(f"{name} was written beyond the limit")
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
assert sorted(path.name for path in folder.iterdir()) == sorted(saves)
"""

HALF = """
import sys
from cam1d_widget.explanation.atomic_file import atomic_file

with atomic_file(sys.argv[1]) as file:
    file.write(b"half of the new one")
    file.flush()
    print("half", flush=True)
    sys.stdin.read()
"""


def python(source, *arguments, **options):
    return subprocess.Popen([sys.executable, "-c", source, *map(str, arguments)], cwd=ROOT, text=True, **options)


@pytest.mark.slow
def test_a_full_disk_leaves_every_kind_of_file_as_it_was(tmp_path):
    run = python(SAVES, tmp_path, stderr=subprocess.PIPE)
    _, errors = run.communicate()
    assert run.returncode == 0, errors


def test_a_process_that_is_killed_while_it_writes_leaves_the_old_file(tmp_path):
    path = tmp_path / "kept.npz"
    path.write_bytes(b"the old one")
    with python(HALF, path, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as run:
        assert run.stdout.readline() == "half\n"
        run.send_signal(signal.SIGKILL)
        run.wait()
    assert path.read_bytes() == b"the old one"
    with atomic_file(path) as file:
        file.write(b"the new one")
    assert path.read_bytes() == b"the new one"


@pytest.mark.parametrize("fault", [ValueError, KeyboardInterrupt])
def test_what_fails_in_between_leaves_the_old_file_and_no_other(fault, tmp_path):
    path = tmp_path / "kept.txt"
    path.write_text("the old one")

    def write():
        with atomic_file(path, "w", encoding="utf-8") as file:
            file.write("half of the new one")
            raise fault

    with pytest.raises(fault):
        write()
    assert [one.name for one in tmp_path.iterdir()] == ["kept.txt"]
    assert path.read_text() == "the old one"


def test_permissions_stay_and_new_files_get_the_usual_ones(tmp_path):
    usual, kept = tmp_path / "usual", tmp_path / "kept"
    usual.touch()
    kept.touch()
    kept.chmod(0o640)
    for path in (kept, tmp_path / "new"):
        with atomic_file(path) as file:
            file.write(b"all")
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (kept, tmp_path / "new")]
    assert modes == [0o640, stat.S_IMODE(usual.stat().st_mode)]


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "file")
    with atomic_file(tmp_path / "link") as file:
        file.write(b"all")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "file").read_bytes() == b"all"


def test_an_error_names_the_path_that_was_passed(tmp_path):
    path = tmp_path / "nowhere" / "kept.npz"
    with pytest.raises(FileNotFoundError) as refused, atomic_file(path):
        raise AssertionError("there is nothing to write to")
    assert str(refused.value) == f"[Errno {errno.ENOENT}] No such file or directory: '{path}'"
    (tmp_path / "file").touch()
    path = tmp_path / "file" / "kept.npz"
    with pytest.raises(NotADirectoryError, match=re.escape(f"'{path}'")), atomic_file(path):
        raise AssertionError("there is nothing to write to")


def test_an_error_in_the_last_step_names_the_path_that_was_passed(tmp_path, monkeypatch):
    def refuse(part, target):
        raise PermissionError(errno.EACCES, "Permission denied", str(part), None, str(target))

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(PermissionError) as refused, atomic_file(tmp_path / "kept") as file:
        file.write(b"all")
    assert str(refused.value) == f"[Errno {errno.EACCES}] Permission denied: '{tmp_path / 'kept'}'"
    assert list(tmp_path.iterdir()) == []


def test_an_error_names_a_relative_path_as_it_was_passed(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FileNotFoundError, match=r"'nowhere/kept.npz'$"), atomic_file("nowhere/kept.npz"):
        raise AssertionError("there is nothing to write to")


def test_an_error_of_another_file_keeps_its_name(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"'another'$"), atomic_file(tmp_path / "kept"):
        raise FileNotFoundError(errno.ENOENT, "No such file or directory", "another")


@pytest.mark.parametrize("name", ["loop", "loop/kept.npz"])
def test_links_that_lead_to_each_other_are_refused(name, tmp_path):
    (tmp_path / "loop").symlink_to(tmp_path / "back")
    (tmp_path / "back").symlink_to(tmp_path / "loop")
    path = tmp_path / name
    with pytest.raises(OSError, match="path must lead to a file, but its links lead to each other") as refused:
        atomic_file(path).__enter__()
    assert (refused.value.errno, refused.value.filename) == (errno.ELOOP, str(path))
    assert sorted(one.name for one in tmp_path.iterdir()) == ["back", "loop"]


def test_what_is_no_regular_file_is_written_to():
    with atomic_file(os.devnull) as file:
        file.write(b"all")
