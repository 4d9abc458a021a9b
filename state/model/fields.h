/* SPDX-License-Identifier: MIT */
/* THE TABLE of canonical fields. Mapping, merging, storing, showing and exporting all walk it; adding a field is one
 * line. Columns: id, key, kinds, type, merge, who types it, Vietnamese label, English label.
 *
 * merge: EITHER (both systems may write; apart = a conflict), CENTRAL (only the central system may write),
 *        PORTAL (only the portal may write), CENTRAL_FIRST / PORTAL_FIRST (both may write; apart = the named one
 *        wins while it is fresh), PER_SIDE (each system has its own; never compared).
 * who:   UNIT (the reporting unit types it: a difference is the unit's to mend) or ABOVE (somebody above). */
#pragma once

#include "state/model/value.h"

typedef enum RecordKind { KIND_TASK = 1, KIND_INDICATOR = 2 } RecordKind; /* also a mask */
#define KIND_BOTH (KIND_TASK | KIND_INDICATOR)

typedef enum FieldType {
        TYPE_TEXT, TYPE_DECIMAL, TYPE_DATE, TYPE_INSTANT, TYPE_DUE, TYPE_FLAG, TYPE_UNIT, TYPE_UNITS, TYPE_EVIDENCE,
        TYPE_WORK_STATE, TYPE_REVIEW_STATE,
} FieldType;

typedef enum FieldMerge {
        MERGE_EITHER, MERGE_CENTRAL, MERGE_PORTAL, MERGE_CENTRAL_FIRST, MERGE_PORTAL_FIRST, MERGE_PER_SIDE,
} FieldMerge;
typedef enum FieldTyper { TYPED_UNIT, TYPED_ABOVE } FieldTyper;

#define FIELD_TABLE(F)                                                                                                 \
        F(TITLE, "title", KIND_BOTH, TYPE_TEXT, MERGE_CENTRAL_FIRST, TYPED_ABOVE, "Tên", "Title")                      \
        F(GROUP, "group", KIND_BOTH, TYPE_TEXT, MERGE_CENTRAL_FIRST, TYPED_ABOVE, "Nhóm", "Group")                     \
        F(LEVEL, "level", KIND_TASK, TYPE_TEXT, MERGE_CENTRAL_FIRST, TYPED_ABOVE, "Cấp", "Level")                      \
        F(BLOC, "bloc", KIND_TASK, TYPE_TEXT, MERGE_CENTRAL_FIRST, TYPED_ABOVE, "Khối", "Bloc")                        \
        F(BASIS, "basis", KIND_TASK, TYPE_TEXT, MERGE_CENTRAL_FIRST, TYPED_ABOVE, "Căn cứ giao", "Basis")              \
        F(PARENT, "parent", KIND_TASK, TYPE_TEXT, MERGE_CENTRAL_FIRST, TYPED_ABOVE, "Nhiệm vụ cha", "Parent task")     \
        F(CYCLE, "cycle", KIND_TASK, TYPE_TEXT, MERGE_CENTRAL_FIRST, TYPED_ABOVE, "Chu kỳ", "Cycle")                   \
        F(LEAD, "lead", KIND_BOTH, TYPE_UNIT, MERGE_CENTRAL_FIRST, TYPED_ABOVE, "Đơn vị chủ trì", "Lead unit")         \
        F(SUB_UNIT, "sub_unit", KIND_INDICATOR, TYPE_UNIT, MERGE_EITHER, TYPED_ABOVE, "Bộ phận", "Lead sub-unit")      \
        F(COOPERATING, "cooperating", KIND_TASK, TYPE_UNITS, MERGE_CENTRAL_FIRST, TYPED_ABOVE,                         \
          "Đơn vị phối hợp", "Cooperating units")                                                                      \
        F(LEADER, "leader", KIND_TASK, TYPE_TEXT, MERGE_EITHER, TYPED_ABOVE, "Lãnh đạo phụ trách", "Leader in charge") \
        F(ASSIGNED_ON, "assigned_on", KIND_TASK, TYPE_DATE, MERGE_CENTRAL_FIRST, TYPED_ABOVE,                          \
          "Ngày giao", "Assigned on")                                                                                  \
        F(DUE, "due", KIND_TASK, TYPE_DUE, MERGE_CENTRAL_FIRST, TYPED_ABOVE, "Hạn", "Due")                             \
        F(PRODUCT, "product", KIND_TASK, TYPE_TEXT, MERGE_CENTRAL_FIRST, TYPED_ABOVE, "Sản phẩm", "Product")           \
        F(PROGRESS, "progress", KIND_TASK, TYPE_DECIMAL, MERGE_EITHER, TYPED_UNIT, "Tiến độ (%)", "Progress (%)")      \
        F(WORK, "work", KIND_TASK, TYPE_WORK_STATE, MERGE_EITHER, TYPED_UNIT, "Trạng thái", "Work state")              \
        F(CLAIMS_LATE, "claims_late", KIND_TASK, TYPE_FLAG, MERGE_PER_SIDE, TYPED_ABOVE,                               \
          "Hệ thống ghi quá hạn", "Source says late")                                                                  \
        F(RESULT, "result", KIND_TASK, TYPE_TEXT, MERGE_EITHER, TYPED_UNIT, "Kết quả", "Result")                       \
        F(DIFFICULTY, "difficulty", KIND_TASK, TYPE_TEXT, MERGE_EITHER, TYPED_UNIT,                                    \
          "Khó khăn, vướng mắc", "Difficulty")                                                                         \
        F(COMPLETED_ON, "completed_on", KIND_TASK, TYPE_DATE, MERGE_EITHER, TYPED_UNIT,                                \
          "Ngày hoàn thành", "Completed on")                                                                           \
        F(UOM, "uom", KIND_INDICATOR, TYPE_TEXT, MERGE_CENTRAL_FIRST, TYPED_ABOVE, "Đơn vị tính", "Unit of measure")   \
        F(DIRECTION, "direction", KIND_INDICATOR, TYPE_TEXT, MERGE_CENTRAL_FIRST, TYPED_ABOVE, "Chiều", "Direction")   \
        F(VERIFIER, "verifier", KIND_INDICATOR, TYPE_UNIT, MERGE_PORTAL, TYPED_ABOVE,                                  \
          "Đơn vị thẩm định", "Verifying unit")                                                                        \
        F(TARGET, "target", KIND_INDICATOR, TYPE_TEXT, MERGE_CENTRAL_FIRST, TYPED_ABOVE, "Mục tiêu", "Target")         \
        F(ACTUAL, "actual", KIND_INDICATOR, TYPE_DECIMAL, MERGE_EITHER, TYPED_UNIT, "Giá trị thực hiện", "Actual")     \
        F(MAX_SCORE, "max_score", KIND_INDICATOR, TYPE_DECIMAL, MERGE_PORTAL, TYPED_ABOVE, "Điểm tối đa", "Max score") \
        F(SELF_SCORE, "self_score", KIND_INDICATOR, TYPE_DECIMAL, MERGE_PORTAL, TYPED_UNIT,                            \
          "Điểm tự chấm", "Self score")                                                                                \
        F(VERIFIED_SCORE, "verified_score", KIND_INDICATOR, TYPE_DECIMAL, MERGE_PORTAL, TYPED_ABOVE,                   \
          "Điểm thẩm định", "Verified score")                                                                          \
        F(OFFICIAL_SCORE, "official_score", KIND_INDICATOR, TYPE_DECIMAL, MERGE_PORTAL, TYPED_ABOVE,                   \
          "Điểm chính thức", "Official score")                                                                         \
        F(NOT_APPLICABLE, "not_applicable", KIND_INDICATOR, TYPE_FLAG, MERGE_EITHER, TYPED_UNIT,                       \
          "Không phát sinh", "Not applicable")                                                                         \
        F(EVIDENCE_REQUIRED, "evidence_required", KIND_INDICATOR, TYPE_FLAG, MERGE_EITHER, TYPED_ABOVE,                \
          "Cần minh chứng", "Evidence required")                                                                       \
        F(EVIDENCE, "evidence", KIND_BOTH, TYPE_EVIDENCE, MERGE_PER_SIDE, TYPED_UNIT, "Minh chứng", "Evidence")        \
        F(REVIEW, "review", KIND_BOTH, TYPE_REVIEW_STATE, MERGE_PER_SIDE, TYPED_ABOVE,                                 \
          "Trạng thái duyệt", "Review state")                                                                          \
        F(RETURN_REASON, "return_reason", KIND_BOTH, TYPE_TEXT, MERGE_PER_SIDE, TYPED_ABOVE,                           \
          "Lý do trả lại", "Return reason")                                                                            \
        F(RETURNED_ON, "returned_on", KIND_BOTH, TYPE_DATE, MERGE_PER_SIDE, TYPED_ABOVE,                               \
          "Ngày trả lại", "Returned on")                                                                               \
        F(RETURNED_BY, "returned_by", KIND_BOTH, TYPE_TEXT, MERGE_PER_SIDE, TYPED_ABOVE,                               \
          "Người trả lại", "Returned by")                                                                              \
        F(UPDATED_AT, "updated_at", KIND_BOTH, TYPE_INSTANT, MERGE_PER_SIDE, TYPED_UNIT, "Cập nhật lúc", "Updated at") \
        F(UPDATED_BY, "updated_by", KIND_BOTH, TYPE_TEXT, MERGE_PER_SIDE, TYPED_UNIT, "Người cập nhật", "Updated by")  \
        F(URL, "url", KIND_BOTH, TYPE_TEXT, MERGE_PER_SIDE, TYPED_ABOVE, "Liên kết", "Link")

typedef enum FieldId {
#define FIELD_ENUM(id, key, kinds, type, merge, who, vi, en) FIELD_##id,
        FIELD_TABLE(FIELD_ENUM)
#undef FIELD_ENUM
        FIELD_COUNT
} FieldId;

typedef struct Field {
        const char *key;
        RecordKind kinds;
        FieldType type;
        FieldMerge merge; /* the default; a site may set another per field */
        FieldTyper who;
        const char *vi, *en;
} Field;

extern const Field field_table[FIELD_COUNT];
int field_find(Str key, FieldId *ret); /* 0, -ENOENT */
extern const char *const field_keys[FIELD_COUNT]; /* for text_nearest */

/* Words of the three axes that are never mixed. Canonical texts are these strings. */
extern const char *const work_states[];   /* not_started in_progress done suspended cancelled, NULL */
extern const char *const review_states[]; /* draft submitted returned approved locked, NULL */
bool word_known(const char *const *words, Str word);
const char *work_state_vn(Str word);      /* label for people; NULL when unknown */
const char *review_state_vn(Str word);
