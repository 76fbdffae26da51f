"""Where the files of a portfolio lie: beside the contract, in a folder of downloads, or as the command says.

A program's published results are not part of a contract: whoever settles it downloads them first. A contract
whose files are not there says what to download.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path, PurePath

from vbc_cli.contract.mapping import FileOfRows, Portfolio
from vbc_cli.problems import InputRefused, Problem, refuse

Found = tuple[Path, str]
"""A file's path, and its name as users know it."""


class FilesNotThere(InputRefused):
    """The contract is sound, but a file that it settles was not found."""


def locate(portfolio: Portfolio, given: Sequence[Path], folder: Path | None) -> list[Found]:
    """Return the file of each part of a portfolio; raise `FilesNotThere` naming all that are missing.

    `given` are files named one for each part, in order. `folder` holds downloads: directly, or in a folder
    named as the one the contract is in; what is in neither may lie beside the contract.
    """
    if given:
        return _given(portfolio, given)
    places = _places(portfolio, folder)
    found = [_find(portfolio, file, places) for file in portfolio.files]
    missing = [file for file, at in zip(portfolio.files, found, strict=True) if at is None]
    if missing:
        raise _not_there(portfolio, missing, places)
    return [at for at in found if at is not None]


def _given(portfolio: Portfolio, given: Sequence[Path]) -> list[Found]:
    if len(given) != len(portfolio.files):
        names = ", ".join(file.name for file in portfolio.files)
        what = f"{len(given)} portfolio files given for {len(portfolio.files)}"
        raise refuse(portfolio.contract_file, None, what, f"Give --portfolio once for each of: {names}.")
    return [(path, str(path)) for path in given]


def _places(portfolio: Portfolio, folder: Path | None) -> list[Found]:
    """Return the folders to look in, in order."""
    beside = (portfolio.folder, str(PurePath(portfolio.contract_file).parent))
    if folder is None:
        return [beside]
    own = folder / portfolio.folder.resolve().name
    return [(own, str(own)), (folder, str(folder)), beside]


def _find(portfolio: Portfolio, file: FileOfRows, places: Sequence[Found]) -> Found | None:
    """Return the first of a file's alternative names that is in one of the folders."""
    for place, shown in places:
        for name in file.names:
            found = list(_matching(place, name))
            if len(found) > 1:
                names = ", ".join(path.name for path in found)
                what = f"'{name}' for '{file.name}' is each of {names} in {shown}"
                repair = "Keep one of them there, or name it: --portfolio FILE."
                raise refuse(portfolio.contract_file, file.line, what, repair)
            if found:
                parts = (shown, str(PurePath(name).parent), found[0].name)
                return found[0], str(PurePath(*(part for part in parts if part != ".")))
    return None


def _matching(place: Path, name: str) -> Iterator[Path]:
    """Yield the files that a name stands for; * stands for anything in the last part of it."""
    pattern = PurePath(name)
    last = pattern.name.replace("[", "[[]")
    yield from sorted(path for path in (place / pattern.parent).glob(last) if path.is_file())


def _not_there(portfolio: Portfolio, missing: Sequence[FileOfRows], places: Sequence[Found]) -> FilesNotThere:
    wanted = ", ".join(f"{' or '.join(file.names) or 'no name'} for '{file.name}'" for file in missing)
    what = f"there is no file {wanted} in {' or '.join(shown for _, shown in places)}"
    source = f"Download {portfolio.source}. " if portfolio.source else ""
    repair = f"{source}Name the folder it is in, --portfolio-folder DIR, or the file, --portfolio FILE."
    return FilesNotThere([Problem(portfolio.contract_file, missing[0].line, what, repair)])
