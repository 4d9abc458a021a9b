/* SPDX-License-Identifier: MIT */
#include "connectors/setup/guess.h"

#include <stdio.h>

#include "connectors/setup/look-parts.h"
#include "connectors/tape/naming.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* Folded names, as name_fold writes them; "a.b" is member b of a member a. */
typedef struct NameRow {
        GuessRole role;
        FieldId field;
        RecordKind kinds;
        const char *names;
} NameRow;

#define ROW(field, names) { GUESS_FIELD, FIELD_##field, KIND_BOTH, names }
#define TASK(field, names) { GUESS_FIELD, FIELD_##field, KIND_TASK, names }
#define INDICATOR(field, names) { GUESS_FIELD, FIELD_##field, KIND_INDICATOR, names }

static const NameRow name_table[] = {
        { GUESS_CODE, 0, KIND_TASK, "manhiemvu manv taskcode matask ma code ref key sohieu maso" },
        { GUESS_CODE, 0, KIND_INDICATOR, "machitieu matieuchi mact indicatorcode kpicode makpi ma code ref key maso" },
        { GUESS_PERIOD, 0, KIND_INDICATOR, "ky kybaocao period nam year" },
        ROW(TITLE, "tennhiemvu tenchitieu tentieuchi ten title name tieude noidung heading subject noidungnhiemvu"),
        ROW(GROUP, "nhom nhomnhiemvu group section linhvuc category nhomchitieu"),
        TASK(LEVEL, "cap capdo level"),
        TASK(BLOC, "khoi bloc block"),
        TASK(BASIS, "cancu cancugiao vanbangiao basis"),
        TASK(PARENT, "nhiemvucha macha parent parentcode parentid"),
        TASK(CYCLE, "chuky cycle frequency tansuat"),
        ROW(LEAD, "madonvi madonvichutri donvi.ma donvichutri.ma unit.code unitcode unit donvi donvichutri machutri "
                  "coquan coquanchutri madv donvi.ten donvichutri.ten tendonvi tendonvichutri unit.name unitname "
                  "owner.label owner.name owner.code owner department department.code department.name"),
        INDICATOR(SUB_UNIT, "bophan subunit bophanchutri phongban"),
        TASK(COOPERATING, "donviphoihop phoihop cooperating coquanphoihop"),
        TASK(LEADER, "lanhdao lanhdaophutrach leader leaderincharge"),
        TASK(ASSIGNED_ON, "ngaygiao assignedon assigneddate assignedat given ngaybatdau startdate"),
        TASK(DUE, "hanhoanthanh han thoihan hanxuly ngayhethan hanchot deadline due duedate enddate limit"),
        TASK(PRODUCT, "sanpham sanphamdaura product deliverable"),
        TASK(PROGRESS, "tiendo progress percent phantram tylehoanthanh phantramhoanthanh progresspercent"),
        TASK(WORK, "trangthai trangthaithuchien status state tinhtrang phase workstate tinhtrangthuchien"),
        ROW(REVIEW, "tinhtrangduyet trangthaiduyet review reviewstatus reviewstate approval check pheduyet"),
        TASK(RESULT, "ketqua ketquathuchien result outcome"),
        TASK(DIFFICULTY, "khokhan vuongmac khokhanvuongmac difficulty trouble issues"),
        TASK(COMPLETED_ON, "ngayhoanthanh completedon completedat completeddate finished finishedat finishedon"),
        INDICATOR(UOM, "donvitinh dvt uom unitofmeasure measure"),
        INDICATOR(DIRECTION, "chieu chieuhuong direction"),
        INDICATOR(VERIFIER, "donvithamdinh coquanthamdinh verifier"),
        INDICATOR(TARGET, "muctieu chitieu kehoach target goal"),
        INDICATOR(ACTUAL, "thuchien giatrithuchien giatri actual value ketquadat"),
        INDICATOR(MAX_SCORE, "diemtoida maxscore"),
        INDICATOR(SELF_SCORE, "diemtucham tucham selfscore"),
        INDICATOR(VERIFIED_SCORE, "diemthamdinh verifiedscore"),
        INDICATOR(OFFICIAL_SCORE, "diemchinhthuc officialscore"),
        INDICATOR(NOT_APPLICABLE, "khongphatsinh khongapdung notapplicable void"),
        INDICATOR(EVIDENCE_REQUIRED, "canminhchung yeucauminhchung evidencerequired proofneeded"),
        ROW(EVIDENCE, "minhchung tailieuminhchung evidence attachments proof tepdinhkem"),
        ROW(RETURN_REASON, "lydotralai returned.reason sentback.why returnreason lydotuchoi"),
        ROW(RETURNED_ON, "ngaytralai returned.at returned.on sentback.on returnedon returnedat"),
        ROW(RETURNED_BY, "nguoitralai returned.by sentback.who returnedby"),
        ROW(UPDATED_AT,
            "capnhatluc ngaycapnhat thoigiancapnhat updatedat updatedon lastupdated lastmodified modifiedat "
            "modifieddate touched.ts updatetime"),
        ROW(UPDATED_BY, "nguoicapnhat updatedby modifiedby touched.by"),
        ROW(URL, "lienket url link href duongdan"),
};

/* Whether the values can be of the type; a list of nothing but nulls says nothing against it. */
static bool type_fits(FieldType type, const LookMember *m) {
        bool scalar = (m->types & (LOOK_TEXT | LOOK_NUMBER | LOOK_FLAG)) != 0, list = (m->types & LOOK_LIST) != 0;
        if (!scalar && !list && !(m->types & LOOK_OBJECT))
                return true;
        switch (type) {
        case TYPE_DECIMAL:
                return scalar && !list && (m->integers + m->points + m->commas) * 2 >= m->texts;
        case TYPE_DATE:
        case TYPE_INSTANT:
                return scalar && !list && m->dates > 0;
        case TYPE_FLAG:
                return scalar && !list && (m->types & LOOK_FLAG || (m->n_words > 0 && m->n_words <= 2));
        case TYPE_WORK_STATE:
        case TYPE_REVIEW_STATE:
                return scalar && !list && m->n_words > 0;
        case TYPE_UNITS:
                return list;
        case TYPE_EVIDENCE:
                return list && (m->inner || !m->seen || m->n_inner == 0);
        default:
                return scalar && !list;
        }
}

static bool unit_name(const char *name) {
        return name_listed("ten label name tendonvi tendonvichutri unitname", name);
}

/* `own` is the member's name, `full` "parent.own"; a name that only its parent makes telling counts most. */
static int name_points(const char *names, const char *own, const char *full, bool nested) {
        if (nested && name_listed(names, full))
                return 40;
        if (!name_listed(names, own))
                return 0;
        return nested ? 15 : 30;
}

/* The first names of a row are its own, the last ones general. */
static int name_order(const char *names, const char *own, const char *full) {
        int at = name_place(names, full);
        at = at < 0 ? name_place(names, own) : at;
        return at < 0 || at > 9 ? 9 : at;
}

Guess guess_member(const LookMember *m, RecordKind kind) {
        Guess best = { 0 };
        char own[80], parent[80], full[170];
        name_fold(str_of(m->name), own, sizeof own);
        name_fold(str_of(m->parent), parent, sizeof parent);
        snprintf(full, sizeof full, "%s.%s", parent, own);
        for (size_t i = 0; own[0] && i < COUNT(name_table); i++) {
                const NameRow *row = &name_table[i];
                int points = row->kinds & kind ? name_points(row->names, own, full, parent[0]) : 0;
                bool field = row->role == GUESS_FIELD;
                if (points == 0 || (!field && !(m->types & (LOOK_TEXT | LOOK_NUMBER))) ||
                    (!field && parent[0])) /* the record's own identity stands at its top */
                        continue;
                bool fits = !field || type_fits(field_table[row->field].type, m);
                points += 10 - name_order(row->names, own, full) + (fits ? 20 : 0);
                if (points > best.points)
                        best = (Guess) { row->role, row->field, points, .doubtful = !fits };
        }
        best.unit_name = best.role == GUESS_FIELD && best.field == FIELD_LEAD && unit_name(own);
        return best;
}

const char *guess_evidence(const LookMember *m) {
        static const char *const rows[][2] = {
                { "name", "ten tentailieu name caption title tenvanban" },
                { "number", "sokyhieu sohieu number sign so" },
                { "date", "ngay ngaybanhanh date on" },
                { "url", "lienket url link href duongdan" },
        };
        char own[80];
        name_fold(str_of(m->name), own, sizeof own);
        for (size_t i = 0; own[0] && i < COUNT(rows); i++)
                if (name_listed(rows[i][1], own))
                        return rows[i][0];
        return NULL;
}

static bool speaks_of_indicators(const char *name) {
        static const char *const parts[] = { "chitieu", "tieuchi", "indicator", "criteri", "kpi", "measure", "metric" };
        char folded[200];
        name_fold(str_of(name), folded, sizeof folded);
        for (size_t i = 0; i < COUNT(parts); i++)
                if (strstr(folded, parts[i]))
                        return true;
        return false;
}

RecordKind guess_kind(const char *path, const LookList *list) {
        if (speaks_of_indicators(path))
                return KIND_INDICATOR;
        for (int i = 0; i < list->n_members; i++)
                if (speaks_of_indicators(list->members[i].name) && !list->members[i].parent[0] &&
                    guess_member(&list->members[i], KIND_INDICATOR).role == GUESS_CODE)
                        return KIND_INDICATOR;
        return KIND_TASK;
}

typedef struct WordRow {
        FieldType type;
        const char *meaning, *words; /* words folded, separated by a blank */
} WordRow;

static const WordRow word_table[] = {
        { TYPE_WORK_STATE, "not_started",
          "chuathuchien chuabatdau chuatrienkhai notstarted new open chuaxuly moi moigiao" },
        { TYPE_WORK_STATE, "in_progress",
          "dangthuchien dangtrienkhai dangxuly inprogress doing processing ongoing started" },
        { TYPE_WORK_STATE, "done",
          "hoanthanh dahoanthanh done completed finished closed complete daxong hoanthanhdunghan" },
        { TYPE_WORK_STATE, "done, claims_late true",
          "hoanthanhquahan hoanthanhtrehan hoanthanhcham donelate completedlate" },
        { TYPE_WORK_STATE, "in_progress, claims_late true",
          "quahan trehan chamtiendo dangthuchienquahan overdue late" },
        { TYPE_WORK_STATE, "suspended", "tamdung tamhoan suspended onhold paused" },
        { TYPE_WORK_STATE, "cancelled", "dahuy huy huybo cancelled canceled" },
        { TYPE_REVIEW_STATE, "draft", "chuagui nhap duthao draft bannhap" },
        { TYPE_REVIEW_STATE, "submitted", "choduyet dagui dangcho submitted pending chopheduyet" },
        { TYPE_REVIEW_STATE, "returned", "tralai bitralai datralai tuchoi returned rejected" },
        { TYPE_REVIEW_STATE, "approved", "daduyet duyet dapheduyet approved accepted" },
        { TYPE_REVIEW_STATE, "locked", "dakhoa khoa locked" },
        { TYPE_DUE, "Thường xuyên", "regular thuongxuyen hangnam recurring ongoing" },
        { TYPE_FLAG, "true", "true co yes x 1" },
        { TYPE_FLAG, "false", "false khong no 0" },
};

const char *guess_word(FieldType type, const char *word) {
        char folded[100];
        name_fold(str_of(word), folded, sizeof folded);
        for (size_t i = 0; folded[0] && i < COUNT(word_table); i++)
                if (word_table[i].type == type && name_listed(word_table[i].words, folded))
                        return word_table[i].meaning;
        return NULL;
}
