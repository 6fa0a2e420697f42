"""The parts of a Word document that are the same in every redline: styles, settings, footer, relations."""

from __future__ import annotations

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_SERIF = '<w:rFonts w:ascii="Georgia" w:hAnsi="Georgia" w:cs="Times New Roman"/>'
_SANS = '<w:rFonts w:ascii="Calibri" w:hAnsi="Calibri" w:cs="Calibri"/>'
_SOFT = '<w:color w:val="5C6673"/>'
_TIGHT = '<w:spacing w:before="20" w:after="20" w:line="240" w:lineRule="auto"/>'

# id, name, paragraph, font and size in half points
_STYLES = (
    ("Normal", "Normal", '<w:spacing w:after="120" w:line="264" w:lineRule="auto"/>', _SANS, 21),
    ("Title", "Title", '<w:spacing w:after="120"/>', f"{_SANS}<w:b/>", 36),
    ("Heading1", "heading 1", '<w:keepNext/><w:spacing w:before="320" w:after="120"/>'
     '<w:outlineLvl w:val="0"/>', f"{_SANS}<w:b/>", 27),
    ("Heading2", "heading 2", '<w:keepNext/><w:spacing w:before="200" w:after="80"/>'
     '<w:outlineLvl w:val="1"/>', f"{_SANS}<w:b/>", 23),
    ("Section", "Contract section", '<w:spacing w:before="60" w:after="140"/>', _SERIF, 21),
    ("Recital", "Recital", '<w:spacing w:after="120"/>', f"{_SERIF}<w:i/>{_SOFT}", 20),
    ("Small", "Small print", '<w:spacing w:after="60"/>', f"{_SANS}{_SOFT}", 18),
    ("Cell", "Cell", _TIGHT, _SANS, 18),
    ("Head", "Cell head", _TIGHT, f"{_SANS}<w:b/>", 18),
)  # fmt: skip


def styles() -> str:
    """`word/styles.xml`."""
    return f"{_HEAD}<w:styles {W}>{''.join(_style(*style) for style in _STYLES)}</w:styles>"


def _style(id: str, label: str, paragraph: str, font: str, size: int) -> str:
    base = '<w:basedOn w:val="Normal"/>' if id != "Normal" else ""
    default = ' w:default="1"' if id == "Normal" else ""
    return (
        f'<w:style w:type="paragraph"{default} w:styleId="{id}"><w:name w:val="{label}"/>{base}<w:qFormat/>'
        f'<w:pPr>{paragraph}</w:pPr><w:rPr>{font}<w:sz w:val="{size}"/></w:rPr></w:style>'
    )


def settings() -> str:
    """`word/settings.xml`."""
    return f'{_HEAD}<w:settings {W}><w:zoom w:percent="100"/></w:settings>'


def footer() -> str:
    """`word/footer1.xml`: the number of the page."""
    field = "".join(
        f"<w:r>{part}</w:r>"
        for part in (
            '<w:fldChar w:fldCharType="begin"/>',
            "<w:instrText>PAGE</w:instrText>",
            '<w:fldChar w:fldCharType="end"/>',
        )
    )
    paragraph = '<w:pPr><w:pStyle w:val="Small"/><w:jc w:val="center"/></w:pPr>'
    return f"{_HEAD}<w:ftr {W}><w:p>{paragraph}{field}</w:p></w:ftr>"


def content_types() -> str:
    """`[Content_Types].xml`."""
    word = "application/vnd.openxmlformats-officedocument.wordprocessingml"
    parts = (
        ("word/document.xml", f"{word}.document.main+xml"),
        ("word/styles.xml", f"{word}.styles+xml"),
        ("word/settings.xml", f"{word}.settings+xml"),
        ("word/footer1.xml", f"{word}.footer+xml"),
        ("docProps/core.xml", "application/vnd.openxmlformats-package.core-properties+xml"),
    )
    inside = "".join(f'<Override PartName="/{part}" ContentType="{kind}"/>' for part, kind in parts)
    return (
        f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{inside}</Types>'
    )


def package_relations() -> str:
    """`_rels/.rels`."""
    return _relations((
        (f"{_REL}/officeDocument", "word/document.xml"),
        (f"{_PACKAGE}/relationships/metadata/core-properties", "docProps/core.xml"),
    ))  # fmt: skip


def document_relations() -> str:
    """`word/_rels/document.xml.rels`."""
    return _relations(tuple(
        (f"{_REL}/{kind}", target)
        for kind, target in (("styles", "styles.xml"), ("settings", "settings.xml"), ("footer", "footer1.xml"))
    ))  # fmt: skip


def _relations(found: tuple[tuple[str, str], ...]) -> str:
    inside = "".join(
        f'<Relationship Id="rId{place}" Type="{kind}" Target="{target}"/>'
        for place, (kind, target) in enumerate(found, start=1)
    )
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{inside}</Relationships>'
