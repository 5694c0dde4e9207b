"""What machines read first: sitemap.xml with hreflang, robots.txt, and an Atom feed of policies and events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from xml.etree.ElementTree import Element, SubElement, indent, register_namespace, tostring

from portal.release.render import Renderer

_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
_XHTML = "http://www.w3.org/1999/xhtml"
_ATOM = "http://www.w3.org/2005/Atom"


def sitemap(base_url: str, paths: Mapping[str, tuple[str, ...]], default: str) -> bytes:
    """sitemap.xml for `path below the locale -> locales in which the page is published`."""
    register_namespace("", _SITEMAP)
    register_namespace("xhtml", _XHTML)
    root = Element(f"{{{_SITEMAP}}}urlset")
    for path, tags in paths.items():
        for tag in tags:
            url = SubElement(root, f"{{{_SITEMAP}}}url")
            SubElement(url, f"{{{_SITEMAP}}}loc").text = f"{base_url}/{tag}/{path}"
            for other, target in [*((other, other) for other in tags), ("x-default", default)]:
                if target in tags:
                    SubElement(
                        url,
                        f"{{{_XHTML}}}link",
                        {"rel": "alternate", "hreflang": other, "href": f"{base_url}/{target}/{path}"},
                    )
    indent(root)
    return bytes(tostring(root, encoding="utf-8", xml_declaration=True))


def robots(base_url: str, locales: Iterable[str]) -> bytes:
    """robots.txt: everything may be read but search results, the form and receipts."""
    lines = ["User-agent: *"]
    for tag in locales:
        lines += [f"Disallow: /{tag}/{path}" for path in ("search", "receipt/")]
    lines += ["Disallow: /api/", "", f"Sitemap: {base_url}/sitemap.xml", ""]
    return "\n".join(lines).encode()


def feed(renderer: Renderer, tag: str, created: datetime) -> bytes:
    """Atom feed of a locale: every policy by its latest date, then the events (RFC 4287).

    A policy without any date, and every event, carries the time of the release.
    """
    register_namespace("", _ATOM)
    view, base = renderer.views[tag], renderer.base_url
    root = Element(f"{{{_ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": tag})

    def add(parent: Element, name: str, text: str = "", **attributes: str) -> None:
        SubElement(parent, f"{{{_ATOM}}}{name}", attributes).text = text or None

    add(root, "title", f"{view.site_name} – {view._('Policies and events')}")
    add(root, "id", f"{base}/{tag}/feed.atom")
    add(root, "updated", created.isoformat())
    add(root, "link", rel="self", href=f"{base}/{tag}/feed.atom")
    add(root, "link", rel="alternate", href=f"{base}/{tag}/policies/")
    author = SubElement(root, f"{{{_ATOM}}}author")
    host = view.catalog.site.host_unit
    add(author, "name", host.get(tag) or host["en"])
    dated = []
    for entry in [*view.catalog.all("policies"), *view.catalog.all("events")]:
        dates = [getattr(entry.facts, name, None) for name in ("issued", "published", "effective")]
        latest = max((date for date in dates if date), default=None)
        moment = _moment(latest, created)
        dated.append((moment, entry))
    for moment, entry in sorted(dated, key=lambda pair: (pair[0], pair[1].slug), reverse=True):
        item = SubElement(root, f"{{{_ATOM}}}entry")
        add(item, "title", entry.prose(tag).title)
        add(item, "id", f"{base}{view.href(entry)}")
        add(item, "updated", moment.isoformat())
        add(item, "link", rel="alternate", href=f"{base}{view.href(entry)}")
        if entry.prose(tag).summary:
            add(item, "summary", str(entry.prose(tag).summary))
    indent(root)
    return bytes(tostring(root, encoding="utf-8", xml_declaration=True))


def _moment(text: str | None, otherwise: datetime) -> datetime:
    if text is None:
        return otherwise
    year, month, day = [*(int(part) for part in text.split("-")), 1, 1][:3]
    return datetime(year, month, day, tzinfo=UTC)
