"""Figures as SVG elements inside a page: ids of their own, no comments, no scripts, nothing from outside."""

from __future__ import annotations

import io
import re
from typing import Any
from xml.etree import ElementTree

from sim.figures.style import styled

SVG = "{http://www.w3.org/2000/svg}"
LINK = "{http://www.w3.org/1999/xlink}href"
DRAWN = ("svg", "g", "defs", "path", "use", "rect", "clipPath", "text", "tspan", "pattern", "circle", "line", "polygon")
"""Elements that a figure may have; others are left out."""

_NUMBER = re.compile(r"-?\d*\.\d+(?:e-?\d+)?")
_SPACE = re.compile(r"\s*([MLQCZz ])\s*")


def svg_of(figure: Any) -> str:
    """A matplotlib figure as the text of an SVG file."""
    with styled():
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return buffer.getvalue()


def inline_svg(drawn: str, prefix: str, title: str) -> str:
    """A figure as one SVG element.

    Parameters
    ----------
    drawn
        Text of its SVG file.
    prefix
        Put before every id and class, so that those of several figures on a page differ.
    title
        What it shows, for readers that do not see it.
    """
    text = re.sub(r"<!--.*?-->", "", drawn, flags=re.DOTALL)
    root = ElementTree.fromstring(text[text.index("<svg") :])
    linked = {name for names in re.findall(r'url\(#([^)]+)\)|href="#([^"]+)"', text) for name in names if name}
    looks: dict[str, str] = {}
    clean(root, prefix, linked, looks)
    for name in ("width", "height", "version"):
        root.attrib.pop(name, None)
    root.attrib.update({"role": "img", "aria-label": title})
    style = ElementTree.Element("style")
    style.text = "".join(f".{name}{{{look}}}" for look, name in looks.items())
    root.insert(0, style)
    return ElementTree.tostring(root, encoding="unicode")


def clean(element: ElementTree.Element, prefix: str, linked: set[str], looks: dict[str, str]) -> None:
    """Keep what is drawn: known elements, ids that are referred to, coordinates to a hundredth; styles as classes."""
    element.tag = local_name(element)
    element.text = element.tail = None
    attributes, element.attrib = dict(element.attrib), {}
    for name, value in attributes.items():
        if kept := attribute(name, value, prefix, linked, looks):
            element.attrib[kept[0]] = kept[1]
    children = [child for child in element if local_name(child) in DRAWN]
    for child in children:
        clean(child, prefix, linked, looks)
    element[:] = joined([inner for child in children for inner in unwrapped(child)], looks)


def attribute(name: str, value: str, prefix: str, linked: set[str], looks: dict[str, str]) -> tuple[str, str] | None:
    """Name and value of an attribute as the page has it, or None: left out."""
    if name == "id":
        return (name, f"{prefix}-{value}") if value in linked else None
    if name in (LINK, "href"):
        return ("href", f"#{prefix}-{value[1:]}") if value.startswith("#") else None
    if name == "style":
        look = value.replace("; ", ";").replace(": ", ":").replace("url(#", f"url(#{prefix}-")
        return "class", looks.setdefault(look, f"{prefix}-{len(looks)}")
    if name == "d":
        return name, _SPACE.sub(r"\1", shortened(value)).strip()
    if name in ("x", "y", "transform"):
        return name, shortened(value) if "scale" not in value else value
    if name == "clip-path":
        return name, value.replace("url(#", f"url(#{prefix}-")
    return (name, value) if name in PLAIN else None


PLAIN = ("viewBox", "width", "height", "points", "cx", "cy", "r", "patternUnits", "patternTransform", "fill", "stroke")
"""Attributes kept as they are."""


def unwrapped(element: ElementTree.Element) -> list[ElementTree.Element]:
    """An element, or what is in it when it is a group or definitions that say and hold nothing themselves."""
    if element.tag == "g" and not element.attrib:
        return list(element)
    return [] if element.tag == "defs" and not len(element) else [element]


def joined(elements: list[ElementTree.Element], looks: dict[str, str]) -> list[ElementTree.Element]:
    """Elements with neighbouring closed opaque shapes of one look, such as bars, as one path."""
    clear = {name for look, name in looks.items() if "opacity" in look}
    found: list[ElementTree.Element] = []
    for element in elements:
        last, look = found[-1] if found else None, {**element.attrib, "d": ""}
        shape = element.tag == "path" and element.get("d", "").endswith("z") and element.get("class") not in clear
        if last is not None and shape and last.tag == "path" and {**last.attrib, "d": ""} == look:
            last.attrib["d"] += element.attrib["d"]
        else:
            found.append(element)
    return found


def local_name(element: ElementTree.Element) -> str:
    """Name of an element without its name space."""
    return str(element.tag).removeprefix(SVG)


def shortened(text: str) -> str:
    """Text with its numbers to a hundredth of a point."""
    return _NUMBER.sub(lambda number: f"{float(number[0]):.2f}".rstrip("0").rstrip("."), text)
