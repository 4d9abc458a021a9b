# SPDX-License-Identifier: MIT
"""What an office exports by hand instead of an interface: the central system's tasks as CSV, workbook, HTML table and
JSON lines, with the habits of such files: a title and a date above the table, a header of two rows with merged cells,
dates as serial numbers, a row of totals and a signature below."""
import csv
import datetime as dt
import io
import json
import zipfile
from xml.sax.saxutils import escape

WORK = {"not_started": "Chưa thực hiện", "in_progress": "Đang thực hiện", "done": "Hoàn thành",
        "suspended": "Tạm dừng", "cancelled": "Hủy"}
REVIEW = {"draft": "Lưu nháp", "submitted": "Đã gửi",
          "returned": "Trả lại", "approved": "Đã duyệt", "locked": "Đã khóa"}
HEADER = ("STT", "Mã nhiệm vụ", "Tên nhiệm vụ", "Mã đơn vị", "Hạn hoàn thành", "Kết quả / Tiến độ (%)",
          "Kết quả / Trạng thái", "Duyệt")
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def rows(world, units):
    """Lists in the order of HEADER; a due date is a date where it is one, else the system's words."""
    out = []
    for unit in units:
        for rec in world.records(unit, "central", "task"):
            due = rec["due"]
            day = dt.date.fromisoformat(due["value"]) if due["kind"] == "exact" else None
            out.append([len(out) + 1, rec["own_code"], rec["title"], unit, day or "", rec["progress"] or "",
                        WORK[rec["work"]], REVIEW[rec["review"]]])
    return out


def vn(cell):
    if isinstance(cell, dt.date):
        return cell.strftime("%d/%m/%Y")
    return str(cell)


def decimal(row):
    """As texts, the progress with a comma."""
    return [vn(c) if i != 5 else vn(c).replace(".", ",") for i, c in enumerate(row)]


def as_csv(table, delimiter=";", encoding="utf-8-sig", day="18/06/2026"):
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(["DANH SÁCH NHIỆM VỤ THEO NGHỊ QUYẾT 57, tỉnh Đắk Lắk, tháng 6, 2026"])
    writer.writerow(["Ngày xuất: " + day])
    writer.writerow([name.replace("Mã nhiệm vụ", "Mã  nhiệm\nvụ *") for name in HEADER])
    for row in table:
        writer.writerow(decimal(row))
    return out.getvalue().encode(encoding)


def as_lines(table):
    return "".join(json.dumps(dict(zip(HEADER, decimal(row))), ensure_ascii=False) + "\n" for row in table).encode()


def as_html(table):
    top = "<tr>%s</tr>" % "".join("<th %s>%s</th>" % (how, name) for name, how in (
        ("STT", "rowspan=2"), ("Mã nhiệm vụ", "rowspan=2"), ("Tên nhiệm vụ", "rowspan=2"), ("Mã đơn vị", "rowspan=2"),
        ("Hạn hoàn thành", "rowspan=2"), ("Kết quả", "colspan=2"), ("Duyệt", "rowspan=2")))
    body = "".join("<tr>%s</tr>" % "".join("<td><span>%s</span></td>" % escape(c) for c in decimal(row))
                   for row in table)
    return ("<!DOCTYPE html><html><head><meta charset=utf-8></head><body><table><tr><td>Trang chủ<td>Thoát</table>"
            "<p>Tổng số nhiệm vụ: %d</p><table><thead>%s<tr><th>Tiến độ (%%)<th>Trạng thái</tr></thead>%s</table>"
            "</body></html>" % (len(table), top, body)).encode()


def cell(reference, value, style=0):
    if value == "":
        return '<c r="%s" s="%d"/>' % (reference, style)
    if isinstance(value, dt.date):
        return '<c r="%s" s="1"><v>%d</v></c>' % (reference, (value - dt.date(1899, 12, 30)).days)
    if isinstance(value, (int, float)):
        return '<c r="%s" s="%d"><v>%r</v></c>' % (reference, style, value)
    return '<c r="%s" s="%d" t="inlineStr"><is><t xml:space="preserve">%s</t></is></c>' % (
        reference, style, escape(str(value)))


def line(number, values):
    cells = "".join(cell("%s%d" % ("ABCDEFGH"[i], number), v) for i, v in enumerate(values) if v is not None)
    return '<row r="%d">%s</row>' % (number, cells)


def as_xlsx(table, day=dt.date(2026, 6, 18), broken_row=None):
    """`broken_row`: the code of that row of the table is an error cell."""
    lines = [line(1, ["DANH SÁCH NHIỆM VỤ"]), line(2, ["Ngày xuất", day]),
             line(3, ["STT", "MÃ NHIỆM\nVỤ", "Tên nhiệm vụ", "Mã đơn vị", "Hạn hoàn thành", "Kết quả", None, "Duyệt"]),
             line(4, [None, None, None, None, None, "Tiến độ (%)", "Trạng thái"])]
    for i, row in enumerate(table):
        values = list(row)
        values[5] = float(values[5]) if values[5] != "" else ""
        text = line(5 + i, values)
        if i == broken_row:
            text = text.replace(cell("B%d" % (5 + i), row[1]), '<c r="B%d" t="e"><v>#N/A</v></c>' % (5 + i))
        lines.append(text)
    lines.append(line(5 + len(table), ["Tổng cộng", "", "%d nhiệm vụ" % len(table)]))
    lines.append(line(7 + len(table), [None, None, None, None, None, "NGƯỜI LẬP BIỂU"]))
    merges = ["A1:H1", "F3:G3"] + ["%s3:%s4" % (c, c) for c in "ABCDEH"]
    sheet = '<worksheet xmlns="%s"><sheetData>%s</sheetData><mergeCells>%s</mergeCells></worksheet>' % (
        MAIN, "".join(lines), "".join('<mergeCell ref="%s"/>' % m for m in merges))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        for name, xml in (
                ("_rels/.rels",
                 '<Relationships><Relationship Id="r1" Type="%s/officeDocument" Target="xl/workbook.xml"/>'
                 '</Relationships>' % REL),
                ("xl/workbook.xml",
                 '<workbook xmlns="%s" xmlns:r="%s"><sheets><sheet name="Bìa" sheetId="1" r:id="r1"/>'
                 '<sheet name="Nhiệm vụ" sheetId="2" r:id="r2"/></sheets></workbook>' % (MAIN, REL)),
                ("xl/_rels/workbook.xml.rels",
                 '<Relationships><Relationship Id="r1" Type="%s/worksheet" Target="worksheets/sheet1.xml"/>'
                 '<Relationship Id="r2" Type="%s/worksheet" Target="worksheets/sheet2.xml"/>'
                 '<Relationship Id="r3" Type="%s/styles" Target="styles.xml"/></Relationships>' % (REL, REL, REL)),
                ("xl/styles.xml", '<styleSheet xmlns="%s"><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs>'
                                  '</styleSheet>' % MAIN),
                ("xl/worksheets/sheet1.xml", '<worksheet xmlns="%s"><sheetData>%s</sheetData></worksheet>'
                 % (MAIN, line(1, ["Bìa"]))),
                ("xl/worksheets/sheet2.xml", sheet)):
            info = zipfile.ZipInfo(name, (2026, 6, 18, 8, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            z.writestr(info, xml)
    return out.getvalue()
