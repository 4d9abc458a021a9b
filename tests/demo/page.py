# SPDX-License-Identifier: MIT
"""The demo's page: the figures of story.py in at most 80 columns, in English or Vietnamese."""
import textwrap
import unicodedata

WIDTH = 80
MAIL_WIDTH = 68  # mails are not folded: this is the phone
HEADINGS = [
    ("FETCHED", "ĐÃ ĐỌC"), ("COMPARED", "ĐỐI CHIẾU"), ("WHO IS BEHIND", "AI CÒN VIỆC"), ("WHO GOT MAIL", "AI NHẬN THƯ"),
    ("ONE MAIL, AS A PHONE SHOWS IT", "MỘT LÁ THƯ, NHƯ TRÊN ĐIỆN THOẠI"), ("A SECOND RUN", "CHẠY LẠI LẦN HAI"),
    ("MONDAY 22/6", "THỨ HAI 22/6"), ("NEXT", "TIẾP THEO"),
]
FIELDS = {"actual": ("actual value", "giá trị thực hiện"), "progress": ("progress", "tiến độ")}


def columns(text):
    """Display columns: marks take none, East Asian wide characters two."""
    return sum(0 if unicodedata.combining(ch) or unicodedata.category(ch) in ("Mn", "Cf") else
               2 if unicodedata.east_asian_width(ch) in "WF" else 1 for ch in text)


def clean(text):
    """One line, composed, nothing that moves a cursor."""
    return " ".join("".join(ch if ch.isprintable() else " " for ch in unicodedata.normalize("NFC", text or "")).split())


def cut(text, room):
    text = clean(text)
    while columns(text) > room:
        text = text[:-2].rstrip() + "…"
    return text


def fold(text, first="  ", rest="  ", width=WIDTH):
    """Lines of at most `width` columns. Composed text: a character is a column."""
    return textwrap.wrap(unicodedata.normalize("NFC", text), width, initial_indent=first, subsequent_indent=rest,
                         break_long_words=True, break_on_hyphens=False) or [first.rstrip()]


def day(iso):
    year, month, date = iso.split("-")
    return "%d/%d" % (int(date), int(month))


def number(n, vi):
    return "{:,}".format(n).replace(",", "." if vi else ",")


def decimal(text, vi):
    return clean(text).replace(".", ",") if vi else clean(text)


class Page:
    def __init__(self, facts, vi, name):
        self.facts, self.vi, self.name, self.out, self.step, self.title = facts, vi, name, [], 0, ""

    def say(self, en, vi, *args):
        """A paragraph; the first one of a part stands beside its heading."""
        text = (vi if self.vi else en) % args
        self.out += fold(self.title + " " + text, "", "  ") if self.title else fold(text)
        self.title = ""

    def quote(self, text):
        """A line of a mail, folded as a narrow screen does."""
        if self.title:
            self.out.append(self.title)
        self.title = ""
        if clean(text):
            self.out += fold(clean(text), "| ", "| ", MAIL_WIDTH)

    def n(self, count):
        return number(count, self.vi)

    def head(self):
        en, vi = HEADINGS[self.step]
        self.step += 1
        self.title = "%d %s (%s):" % ((self.step, vi, en) if self.vi else (self.step, en, vi))

    def text(self, commands, running=""):
        self.banner()
        for part in (self.fetched, self.compared, self.behind, self.told, self.letter, self.second, self.monday):
            self.head()
            part()
        self.head()
        self.out += [self.title + (" " + running if running else "")] + commands
        return "\n".join(line.rstrip() for line in self.out) + "\n"

    def banner(self):
        self.out.append("nq57d: SIMULATED DATA, fictitious people / SỐ LIỆU GIẢ LẬP, người hư cấu")
        self.out.append(("Test build, driven clock (bản thử, đồng hồ đặt trước): Friday 19/6/2026 07:30",
                         "Bản thử, đồng hồ đặt trước (test build, driven clock): thứ Sáu 19/6/2026 07:30")[self.vi])

    def fetched(self):
        read = ("%s: %d account%s, %s listings, %s/%s records", "%s: %d tài khoản%s, %s danh sách, %s/%s bản ghi")
        each = "; ".join(read[self.vi] % (
            s["source"], s["accounts"], "" if self.vi or s["accounts"] == 1 else "s", self.n(s["listings"]),
            self.n(s["received"]), self.n(s["claimed"])) for s in self.facts["sources"])
        proven, listings = (sum(s[k] for s in self.facts["sources"]) for k in ("proven", "listings"))
        self.say("%s. Proof: %s of %s listings brought all of the total they state; in %d a record is put aside.",
                 "%s. Bằng chứng: %s/%s danh sách nhận hết tổng số đã báo; %d có bản ghi để riêng.",
                 each, self.n(proven), self.n(listings), len(self.facts["partial"]))

    def compared(self):
        f = self.facts
        self.say("of %s records on both, %s agree, %s differ (%s fields, %s for a person); "
                 "one side only: central %s, portal %s.",
                 "%s bản ghi có ở cả hai: %s khớp, %s khác (%s ô, %s ô chờ quyết định); "
                 "chỉ một nơi: Trung ương %s, Cổng tỉnh %s.",
                 self.n(f["both"]), self.n(f["agree"]), self.n(f["differ"]["records"]), self.n(f["differ"]["fields"]),
                 self.n(f["differ"]["open"]), self.n(f["only_central"]), self.n(f["only_portal"]))
        d = f["divergence"]
        if d:
            self.say("Differs: %s, %s %s: %s, central %s (%s), portal %s (%s). "
                     "A person decides.",
                     "Khác nhau: %s, %s %s: %s, Trung ương %s (%s), Cổng tỉnh %s (%s). "
                     "Chờ người quyết định.",
                     self.name(d["unit"]), d["code"], cut(d["title"], 32), FIELDS[d["field"]][self.vi],
                     decimal(d["central"], self.vi), day(d["central_on"]), decimal(d["portal"], self.vi),
                     day(d["portal_on"]))
        for q in f["aside"]:
            if q["fault"] == "unit-unmapped":
                self.say("Unmapped: unit “%s” (account %s); the nearest known: %s.",
                         "Chưa khai báo: mã đơn vị “%s” (tài khoản %s); gần nhất: %s.",
                         clean(q["value"]), clean(q["account"]), clean(q["nearest"]) or "-")
            else:
                self.say("Quarantined: %s, status “%s” is a word that no profile has.",
                         "Để riêng: %s có trạng thái “%s”, từ này chưa có trong bảng từ.",
                         self.name(q["unit"]), clean(q["value"]))

    def behind(self):
        for same in self.alike():
            o = same[0]
            self.say("Before %s: done %d, behind %d, unknown %d. Worst: %s",
                     "Trước %s: xong %d, còn việc %d, chưa xác định %d. Nhiều nhất: %s",
                     (" and ", " và ")[self.vi].join("%s (%s)" % (day(d["before"]), d["stage"]) for d in same),
                     o["done"], o["behind"], o["unknown"],
                     "; ".join("%s %d" % (self.name(w["unit"]), w["outstanding"]) for w in o["worst"]))

    def alike(self):
        """The deadlines, those with the same figures together."""
        out = []
        for o in self.facts["deadlines"]:
            figures = [o[key] for key in ("done", "behind", "unknown", "worst")]
            if out and figures == [out[-1][0][key] for key in ("done", "behind", "unknown", "worst")]:
                out[-1].append(o)
            else:
                out.append([o])
        return out

    def told(self):
        f = self.facts
        self.say("%d people of %d units, one mail each: %d focal, %d heads as the 20th has reached T. "
                 "None: %s, done for all %d.%s",
                 "%d người của %d đơn vị, mỗi người một thư: %d đầu mối, %d lãnh đạo vì hạn 20 đã đến T. "
                 "Không có: %s, xong cả %d hạn.%s",
                 f["people"], f["units_told"], f["seats"].get("focal", 0), f["seats"].get("head", 0),
                 self.name(f["quiet"]["unit"]), f["quiet"]["n"],
                 (" Operations: %d.", " Vận hành: %d.")[self.vi] % f["ops"] if f["ops"] else "")

    def letter(self):
        m = self.facts["letter"]
        self.quote(m["subject"])
        for line in m["body"].splitlines():
            self.quote(line)

    def second(self):
        a = self.facts["again"]
        self.say("%s listings read again, %s records: 0 of %s stored rows changed, %d mails sent.",
                 "Đọc lại %s danh sách, %s bản ghi: 0 trên %s dòng đã lưu thay đổi, gửi %d thư.",
                 self.n(a["listings"]), self.n(a["received"]), self.n(a["rows"]), a["mails"])

    def monday(self):
        f, m = self.facts, self.facts["monday"]
        v, c = m["verdicts"], m["chased"]
        self.say("%d units done on Friday, %d on Sunday. Verdicts of the 20th, never rewritten: on time %d, late %d "
                 "(%d done since), unknown %d. Leadership's page (%d people):",
                 "%d đơn vị xong thứ Sáu, %d xong Chủ nhật. Chốt kỳ 20, không sửa lại: đúng hạn %d, chậm %d "
                 "(%d đã xong sau), chưa xác định %d. Trang gửi lãnh đạo (%d người):",
                 f["finished_friday"], f["finished_late"], v["in_time"], v["late"], v["since"], v["unknown"],
                 m["pages"])
        for line in page_lines(m["body"]):
            self.quote(line)
        self.say("+1 for %d units, %d late that still are and %d unknown with work that is known: %d focal persons, "
                 "%d heads, %d coordinators.",
                 "+1 cho %d đơn vị, %d bị ghi chậm chưa xong và %d chưa xác định nhưng đã biết còn việc: %d đầu mối, "
                 "%d lãnh đạo, %d người theo dõi chung.",
                 c["units"], c["late"], c["unknown"], c["focal"], c["head"], c["coordinator"])


def page_lines(body):
    """The lines of leadership's page that hold its counts: departments, communes."""
    lines = [line for line in body.splitlines() if line.strip()]
    start = next(i for i, line in enumerate(lines) if line.startswith("Sở, ban, ngành"))
    return lines[start:start + 2]
