"""Bytes of a zip file go in, an archive that is safe to read comes out: DOCX, ODT and EPUB are zip files."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

from lxml import etree  # type: ignore[import-untyped]

from corpus.document import Limits
from corpus.errors import LoadError

MOST_SHRUNK = 100  # text and XML shrink to a twentieth; only a bomb shrinks to a hundredth
MOST_XML_BYTES = 50_000_000  # of one part; a thousand pages take half of that, and its tree ten times as much memory
_SMALL_BYTES = 10_000_000  # so much may be shrunk to any degree
_MOST_MEMBERS = 20_000
# what a zip file that is damaged raises when it is opened or read
UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    struct.error,
    NotImplementedError,
    RuntimeError,
    ValueError,
)


def open_archive(data: bytes, name: str, limits: Limits) -> zipfile.ZipFile:
    """The zip file in ``data``, after its table of contents says that it unpacks to a bearable size.

    Reading a member gives no more bytes than that table promises, so the check holds for what is read.

    Raises:
        LoadError: the file is damaged, or unpacks to more than the limit or ``MOST_SHRUNK`` times its size, or
            to a part in XML of more than ``MOST_XML_BYTES``.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except UNREADABLE as error:
        raise damaged(name) from error
    members = archive.infolist()
    unpacked = sum(member.file_size for member in members)
    shrunk = unpacked > _SMALL_BYTES and unpacked > MOST_SHRUNK * len(data)
    largest = max((member.file_size for member in members if member.filename.lower().endswith("ml")), default=0)
    if largest > MOST_XML_BYTES:
        raise LoadError(
            nl=f"{name} heeft een deel van {largest / 1e6:,.0f} MB aan tekst; de grens is {MOST_XML_BYTES / 1e6:g} MB. "
            "Splits het, of sla het op als PDF.",
            en=f"{name} has a part with {largest / 1e6:,.0f} MB of text; the limit is {MOST_XML_BYTES / 1e6:g} MB. "
            "Split it, or save it as PDF.",
        )
    if unpacked > limits.max_unpacked_bytes or shrunk or len(members) > _MOST_MEMBERS:
        most = limits.max_unpacked_bytes / 1e6
        raise LoadError(
            nl=f"{name} wordt uitgepakt {unpacked / 1e6:,.0f} MB uit {len(data) / 1e6:.1f} MB; de grens is "
            f"{most:,.0f} MB en {MOST_SHRUNK} keer de grootte. Vertrouw het niet, of sla het opnieuw op als PDF.",
            en=f"{name} unpacks to {unpacked / 1e6:,.0f} MB from {len(data) / 1e6:.1f} MB; the limit is "
            f"{most:,.0f} MB and {MOST_SHRUNK} times its size. Do not trust it, or save it anew as PDF.",
        )
    return archive


def read_member(archive: zipfile.ZipFile, member: str, name: str) -> bytes:
    """The bytes of one member of the archive in the file ``name``.

    Raises:
        LoadError: there is no such member, or it cannot be unpacked.
    """
    try:
        return archive.read(member)
    except (KeyError, *UNREADABLE) as error:
        raise damaged(name) from error


def read_xml(archive: zipfile.ZipFile, member: str, name: str) -> etree._Element:
    """The root of one XML member, read without entities or the network.

    Raises:
        LoadError: there is no such member, or it is no XML.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, remove_comments=True)
    try:
        return etree.fromstring(read_member(archive, member, name), parser)
    except etree.XMLSyntaxError as error:
        raise damaged(name) from error


def damaged(name: str) -> LoadError:
    """The error for a file that is not what it says it is, or only a part of it."""
    return LoadError(
        nl=f"{name} is beschadigd of onvolledig. Download het opnieuw, of open het en sla het opnieuw op.",
        en=f"{name} is damaged or incomplete. Download it again, or open it and save it anew.",
    )


def encrypted(name: str) -> LoadError:
    """The error for a file that needs a password."""
    return LoadError(
        nl=f"{name} is versleuteld met een wachtwoord. Open het, sla het op zonder wachtwoord en voeg dat toe.",
        en=f"{name} is encrypted with a password. Open it, save it without a password and add that.",
    )
