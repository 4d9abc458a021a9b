/* SPDX-License-Identifier: MIT */
#include "state/model/fields.h"

#include <errno.h>

const Field field_table[FIELD_COUNT] = {
#define FIELD_ROW(id, key, kinds, type, merge, who, vi, en) [FIELD_##id] = { key, kinds, type, merge, who, vi, en },
        FIELD_TABLE(FIELD_ROW)
#undef FIELD_ROW
};

const char *const field_keys[FIELD_COUNT] = {
#define FIELD_KEY(id, key, kinds, type, merge, who, vi, en) [FIELD_##id] = key,
        FIELD_TABLE(FIELD_KEY)
#undef FIELD_KEY
};

static const unsigned char key_lengths[FIELD_COUNT] = {
#define FIELD_LENGTH(id, key, kinds, type, merge, who, vi, en) [FIELD_##id] = sizeof(key) - 1,
        FIELD_TABLE(FIELD_LENGTH)
#undef FIELD_LENGTH
};

int field_find(Str key, FieldId *ret) {
        for (int f = 0; f < FIELD_COUNT; f++)
                if (key_lengths[f] == key.len && memcmp(field_keys[f], key.at, key.len) == 0) {
                        *ret = (FieldId) f;
                        return 0;
                }
        return -ENOENT;
}

const char *const work_states[] = { "not_started", "in_progress", "done", "suspended", "cancelled", NULL };
const char *const review_states[] = { "draft", "submitted", "returned", "approved", "locked", NULL };

static int word_index(const char *const *words, Str word) {
        for (int i = 0; words[i]; i++)
                if (str_eq(str_of(words[i]), word))
                        return i;
        return -1;
}

bool word_known(const char *const *words, Str word) {
        return word_index(words, word) >= 0;
}

const char *work_state_vn(Str word) {
        static const char *const labels[] = { "Chưa thực hiện", "Đang thực hiện", "Hoàn thành", "Tạm dừng", "Đã hủy" };
        int i = word_index(work_states, word);
        return i < 0 ? NULL : labels[i];
}

const char *review_state_vn(Str word) {
        static const char *const labels[] = { "Chưa gửi", "Chờ duyệt", "Bị trả lại", "Đã duyệt", "Đã khóa" };
        int i = word_index(review_states, word);
        return i < 0 ? NULL : labels[i];
}
