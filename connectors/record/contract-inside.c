/* SPDX-License-Identifier: MIT */
/* What lies inside a row and its detail. Their records have two members, and everything that may change is below them:
 * "detail.tien_do.ty_le". */
#include "connectors/decode/split.h"
#include "connectors/record/contract-parts.h"

#define DEPTH 6 /* objects in objects */

typedef struct Inside {
        Contract *c;
        int depth;
} Inside;

static void object_count(Contract *c, Str value, int depth);

static void member_count(void *userdata, const SplitMember *m) {
        const Inside *in = userdata;
        Contract *c = in->c;
        size_t above = c->path.len;
        if (above + 1 + m->key.len > CONTRACT_NAME_MAX)
                return; /* never counted, so never taken for new: the others are told as ever */
        if (text_addc(&c->path, '.') < 0 || text_add(&c->path, m->key) < 0)
                return; /* without memory nothing more is counted */
        contract_path(c, text_str(&c->path), m->value);
        if (*m->value.at == '{' && in->depth < DEPTH)
                object_count(c, m->value, in->depth + 1);
        c->path.len = above;
        c->path.at[above] = '\0';
}

/* Its bytes are sound JSON, or the record that holds them is put aside. */
static void object_count(Contract *c, Str value, int depth) {
        Inside in = { c, depth };
        SplitSpan span = { .bytes = value };
        (void) split_members(&span, NULL, member_count, &in);
}

void contract_inside(Contract *c, Str name, Str value) {
        text_clear(&c->path);
        if (text_add(&c->path, name) == 0)
                object_count(c, value, 1);
}

/* A name at the front of a path, and the rest of it. */
static bool name_pass(Str *path, Str name) {
        bool is = str_starts(*path, name) && (path->len == name.len || path->at[name.len] == '.');
        if (is)
                *path = path->len == name.len ? STR_NULL : (Str) { path->at + name.len + 1, path->len - name.len - 1 };
        return is;
}

static bool path_has(Str path, Str name) {
        Str part;
        for (Str rest = path; rest.len > 0; (void) str_split(&rest, '.', &part))
                if (name_pass(&rest, name))
                        return true;
        return false;
}

bool contract_reads(const Select *s, Str path) {
        for (int i = 0; i < s->n_steps && path.len > 0; i++) {
                const SelectStep *step = &s->steps[i];
                if (step->kind != SELECT_NAME)
                        return false; /* of many, or of a list: nothing is counted there */
                if (step->deep) /* wherever it lies below here */
                        return path_has(path, step->name);
                if (!name_pass(&path, step->name))
                        return false;
        }
        return s->n_steps > 0 && path.len == 0;
}

bool contract_path_of(Contract *c, const Select *s) {
        int n = 0;
        text_clear(&c->path);
        for (; n < s->n_steps && s->steps[n].kind == SELECT_NAME && !s->steps[n].deep; n++) {
                if (c->path.len + 1 + s->steps[n].name.len > CONTRACT_NAME_MAX ||
                    (n > 0 && text_addc(&c->path, '.') < 0) || text_add(&c->path, s->steps[n].name) < 0)
                        return false;
        }
        return n > 1;
}
