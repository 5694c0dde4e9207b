"""Looks into a PDF: its text, its fonts, its links, its pages as pictures."""

from __future__ import annotations

import ctypes
import re
from dataclasses import dataclass, field

import pypdfium2
import pypdfium2.raw as pdfium


@dataclass
class Paper:
    """What a PDF holds."""

    text: str = ""
    #: names such as `ABCDEF+Noto-Sans`; all must be embedded
    fonts: set[str] = field(default_factory=set)
    embedded: bool = True
    links: set[str] = field(default_factory=set)
    pages: int = 0
    title: str = ""
    tagged: bool = False
    language: str = ""
    #: share of dark dots in the leading and trailing half of the first page's head: left, right
    ink: tuple[float, float] = (0.0, 0.0)


def read(body: bytes) -> Paper:
    """Open a PDF as a reader would. Raises `PdfiumError` when it is none."""
    document = pypdfium2.PdfDocument(body)
    found = Paper(pages=len(document), title=document.get_metadata_dict()["Title"])
    found.tagged = bool(pdfium.FPDFCatalog_IsTagged(document.raw))
    size = pdfium.FPDFCatalog_GetLanguage(document.raw, None, 0)
    language = ctypes.create_string_buffer(size)
    pdfium.FPDFCatalog_GetLanguage(document.raw, ctypes.cast(language, ctypes.POINTER(pdfium.FPDF_WCHAR)), size)
    found.language = language.raw.decode("utf-16-le").rstrip("\0")
    for page in document:
        textpage = page.get_textpage()
        found.text += textpage.get_text_bounded() + "\n"
        found.links |= set(_links(document, page))
        for item in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_TEXT]):
            font = pdfium.FPDFTextObj_GetFont(item.raw)
            name = ctypes.create_string_buffer(200)
            pdfium.FPDFFont_GetBaseFontName(font, name, 200)
            found.fonts.add(name.value.decode())
            found.embedded &= pdfium.FPDFFont_GetIsEmbedded(font) == 1
    picture = document[0].render(scale=1).to_pil().convert("L")
    width, height = picture.size
    head = [picture.crop((left, 60, left + width // 2, height // 5)) for left in (0, width // 2)]
    dark = [sum(part.histogram()[:128]) / (part.width * part.height) for part in head]
    found.ink = (dark[0], dark[1])
    found.text = re.sub(r"[\r\n]+", "\n", found.text)
    document.close()
    return found


def _links(document: pypdfium2.PdfDocument, page: pypdfium2.PdfPage) -> list[str]:
    place, link, found = ctypes.c_int(0), pdfium.FPDF_LINK(), []
    while pdfium.FPDFLink_Enumerate(page.raw, place, link):
        action = pdfium.FPDFLink_GetAction(link)
        size = pdfium.FPDFAction_GetURIPath(document.raw, action, None, 0)
        if size:
            path = ctypes.create_string_buffer(size)
            pdfium.FPDFAction_GetURIPath(document.raw, action, path, size)
            found.append(path.value.decode())
    return found
