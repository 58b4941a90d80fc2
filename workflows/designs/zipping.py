"""Packages as zip files: written so that the same package gives the same bytes, read as if anybody had made them."""

import io
import stat
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import PurePosixPath

from engine import Rejection
from workflows.designs.files import LARGEST_PACKAGE, MOST_FILES, fits

LARGEST_ZIP = 10_000_000
_LONG_AGO = (1980, 1, 1, 0, 0, 0)


class UnfitZip(Rejection):
    """A zip file that no package can be read from."""


def pack(files: Mapping[str, bytes]) -> bytes:
    """The package as one zip file, in the order of its paths."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(files):
            archive.writestr(zipfile.ZipInfo(path, _LONG_AGO), files[path], zipfile.ZIP_DEFLATED)
    return target.getvalue()


def unpack(content: bytes) -> dict[str, bytes]:
    """The package in a zip file: path → content.

    A folder around everything is left out, as are files that no package holds. Nothing is written to disk, sizes are
    counted while reading. Raises UnfitZip, saying what is wrong: damaged, too large, a name twice, a link, a way out.
    """
    if len(content) > LARGEST_ZIP:
        raise UnfitZip(f"The file is larger than {LARGEST_ZIP // 1_000_000} MB.")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _read(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError):
        # Damaged, encrypted, or compressed in a way that Python does not know.
        raise UnfitZip("The file is no zip file that can be read. Export the package again.") from None


def _read(archive: zipfile.ZipFile) -> dict[str, bytes]:
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    if len(entries) > MOST_FILES:
        raise UnfitZip(f"The zip file holds {len(entries)} files; a package has up to {MOST_FILES}.")
    folder = _common_folder([entry.filename for entry in entries])
    files: dict[str, bytes] = {}
    left = LARGEST_PACKAGE
    for entry in entries:
        _check_harmless(entry)
        path = entry.filename.removeprefix(folder)
        if not fits(path):
            continue
        if path in files:
            raise UnfitZip(f"The zip file holds {path} twice.")
        with archive.open(entry) as stream:
            # One byte more than may be left tells a bomb from a package, whatever the zip file says of its size.
            files[path] = stream.read(left + 1)
        left -= len(files[path])
        if left < 0:
            raise UnfitZip(f"Unpacked, the file is larger than {LARGEST_PACKAGE // 1_000_000} MB.")
    if not files:
        raise UnfitZip("The zip file holds no diagram, form or decision table.")
    return files


def _check_harmless(entry: zipfile.ZipInfo) -> None:
    """Raise UnfitZip for an entry that nobody packs who means well: one that leads out of its folder, or a link."""
    parts = entry.filename.replace("\\", "/").split("/")
    if ".." in parts or not parts[0] or parts[0].endswith(":"):
        raise UnfitZip(
            f"“{entry.filename[:80]}” leads out of the zip file's own folder. Pack the process folder again."
        )
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise UnfitZip(f"“{entry.filename[:80]}” is a link to another file. Pack the file itself.")


def _common_folder(names: list[str]) -> str:
    """The folder around the diagram, as zipping a folder makes it; empty when the diagram is at the top."""
    folders = {str(PurePosixPath(name).parent) for name in names if name.endswith(".bpmn")}
    folder = folders.pop() if len(folders) == 1 else "."
    return "" if folder == "." else f"{folder}/"
