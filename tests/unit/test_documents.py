"""Papers in four ways: what is written can be read back, field by field; markup stays text."""

from __future__ import annotations

import io

import pytest
from docx import Document
from docx.oxml.ns import qn
from PIL import Image
from pypdf import PdfReader

from dashboard.documents.page import to_html
from dashboard.documents.paper import Grid, Heading, Pairs, Paper, Paragraph, Picture
from dashboard.documents.text import to_text
from dashboard.documents.word import FANGSONG, INSTEAD, SONG, to_docx
from dashboard.documents.writing import WAYS, written
from data.errors import Invalid


def picture() -> bytes:
    """A small PNG."""
    packed = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(packed, "PNG")
    return packed.getvalue()


@pytest.fixture(scope="module")
def paper() -> Paper:
    """One of everything, with signs that are markup elsewhere."""
    return Paper(
        title="黄梅县大河镇袁山村山体滑坡致6人死亡的续报", issuer="湖北省应急管理厅", mark="演练",
        number="鄂应急信〔2020〕3号", to="应急管理部：", signed="湖北省应急管理厅",
        date="2020年7月8日", foot=("签发：陈某", "联系电话：—"),
        blocks=(
            Heading(text="一、基本情况"), Heading(text="（一）伤亡", level=2),
            Paragraph(text="失联<5人 & 死亡6人。\n搜救继续。"),
            Pairs(rows=(("事发时间", "7月8日4时"), ("信息来源", ""))),
            Grid(heads=("队伍", "人数"), rows=tuple((f"第{n}队", str(n)) for n in range(60)),
                 widths=(2, 1), caption="附表　力量"),
            Picture(data=picture(), caption="现场", width_mm=60),
        ),
    )  # fmt: skip


def test_a_word_file_read_back(paper: Paper) -> None:
    """Faces, sizes and line pitch of the standard; the alternatives are stated in the file."""
    document = Document(io.BytesIO(to_docx(paper)))
    texts = [p.text for p in document.paragraphs if p.text]
    assert texts[:4] == ["演练", "湖北省应急管理厅", "鄂应急信〔2020〕3号", paper.title]
    assert "失联<5人 & 死亡6人。" in texts
    assert "事发时间：7月8日4时" in texts
    assert texts[-2:] == ["签发：陈某", "联系电话：—"]
    title = next(p for p in document.paragraphs if p.text == paper.title)
    assert title.style.name == "Title"
    fonts = title.runs[0].element.rPr.rFonts
    assert fonts.get(qn("w:eastAsia")) == SONG
    assert title.runs[0].font.size.pt == 22
    body = next(p for p in document.paragraphs if p.text.startswith("失联"))
    assert body.runs[0].element.rPr.rFonts.get(qn("w:eastAsia")) == FANGSONG
    assert (body.runs[0].font.size.pt, body.paragraph_format.line_spacing.pt) == (16, 28)
    assert body.paragraph_format.first_line_indent.pt == 32
    section = document.sections[0]
    assert [round(x.mm) for x in (section.top_margin, section.left_margin, section.page_width)] == [
        37, 28, 210,
    ]  # fmt: skip
    table = document.tables[0]
    assert [c.text for c in table.rows[0].cells] == ["队伍", "人数"]
    assert [c.text for c in table.rows[60].cells] == ["第59队", "59"]
    assert len(document.inline_shapes) == 1
    parts = {p.partname: p.blob for p in document.part.package.iter_parts()}
    stated = parts["/word/fontTable.xml"].decode()
    assert all(f'w:name="{n}"><w:altName w:val="{o}"' in stated for n, o in INSTEAD.items())


def test_a_pdf_read_back(paper: Paper) -> None:
    """All text is there as text, in an embedded font, on numbered A4 pages."""
    content, headers = written(paper, "pdf")
    assert headers["content-type"] == "application/pdf"
    reader = PdfReader(io.BytesIO(content))
    assert [round(float(x)) for x in reader.pages[0].mediabox[2:]] == [595, 842]
    first = reader.pages[0].extract_text().replace("\n ", "")
    assert all(x in first for x in (paper.title, "失联<5人 & 死亡6人。", "应急管理部：", "— 1 —"))
    whole = "".join(p.extract_text() for p in reader.pages)
    assert "第59队" in whole
    assert len(reader.pages) > 1
    fonts = reader.pages[0]["/Resources"]["/Font"]
    named = {f.get_object()["/BaseFont"] for f in fonts.values()}
    embedded = [f.get_object().get("/FontDescriptor") for f in fonts.values()]
    assert {name.partition("+")[2] for name in named} >= {"NotoSansSC-400", "NotoSansSC-700"}
    assert any(d is not None and "/FontFile2" in d.get_object() for d in embedded)


def test_papers_one_after_the_other_each_have_their_own_characters() -> None:
    """The second paper's characters are not those of the first."""
    for title in ("甲乙", "丙丁戊己庚辛"):
        content, _ = written(Paper(title=title), "pdf")
        assert title in PdfReader(io.BytesIO(content)).pages[0].extract_text()
        found = PdfReader(io.BytesIO(content)).pages[0]["/Resources"]["/Font"]
        mapped = "".join(
            f.get_object()["/ToUnicode"].get_object().get_data().decode("latin-1").upper()
            for f in found.values() if "/ToUnicode" in f.get_object()
        )  # fmt: skip
        assert all(f"{ord(c):04X}" in mapped for c in title)


def test_text_and_page_keep_every_word_and_no_markup(paper: Paper) -> None:
    """Plain text reads top to bottom; the page escapes and needs no network."""
    text = to_text(paper)
    assert text.index(paper.title) < text.index("应急管理部：") < text.index("签发：陈某")
    assert "第59队｜59" in text
    html = to_html(paper)
    assert "失联&lt;5人 &amp; 死亡6人。" in html
    assert "http" not in html
    assert html.count("<tr>") == 61


def test_a_way_that_does_not_exist_names_those_that_do(paper: Paper) -> None:
    """The refusal lists the four ways."""
    with pytest.raises(Invalid, match="docx、pdf、txt、html"):
        written(paper, "exe")
    assert set(WAYS) == {"docx", "pdf", "txt", "html"}


@pytest.mark.parametrize("way", sorted(WAYS))
@pytest.mark.parametrize("title", ["长" * 3_000, "a" * 3_000, "\x01\x0b", ""])
def test_a_title_of_any_kind_makes_a_paper_in_every_way(way: str, title: str) -> None:
    """An incident's name may be long or odd; its paper is made all the same."""
    content, _ = written(Paper(title=title, issuer=title, blocks=(Paragraph(text=title),)), way)
    assert content
