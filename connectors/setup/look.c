/* SPDX-License-Identifier: MIT */
#include "connectors/setup/look.h"

#include <errno.h>
#include <stdio.h>

#include "connectors/decode/document.h"
#include "connectors/setup/look-parts.h"
#include "connectors/tape/naming.h"

#define OUTLINE_NAMES 12
#define WALK_DEPTH 6

const char *const look_hint_names[HINT_COUNT] = { "total", "pages", "page", "offset", "size", "cursor", "next", "more",
                                                  "ok" };

/* Names of the members and parameters by which systems page, folded. */
static const char *const hint_names[HINT_COUNT] = {
        [HINT_TOTAL] = "total totalcount totalelements totalrecords totalitems count recordstotal recordsfiltered "
                       "tongso tong tongsobanghi sobanghi soluongbanghi numfound totalrows totalrecord",
        [HINT_PAGES] = "totalpages totalpage pagecount sotrang tongsotrang lastpage pages",
        [HINT_PAGE] = "page pageindex pagenumber pageno currentpage trang sotranghientai p pagenum",
        [HINT_OFFSET] = "offset start skip from startindex first vitri",
        [HINT_SIZE] = "size limit pagesize perpage take rows length soluong kichthuoctrang maxresults top num n",
        [HINT_CURSOR] = "cursor nextcursor after next nextpagetoken pagetoken continuation continuationtoken "
                        "endcursor scrollid nextkey",
        [HINT_NEXT] = "nexturl nextlink nextpage nextpageurl odatanextlink links.next next",
        [HINT_MORE] = "hasmore hasnext more hasnextpage contiep conthem",
        [HINT_OK] = "ok success code status errorcode thanhcong issuccess succeeded",
};

LookHintKind look_hint_of(Str name) {
        char folded[64];
        name_fold(name, folded, sizeof folded);
        for (int k = 0; k < HINT_COUNT; k++)
                if (folded[0] && name_listed(hint_names[k], folded))
                        return (LookHintKind) k;
        return HINT_COUNT;
}

const LookHint *look_hint(const Look *l, LookHintKind kind) {
        for (int i = 0; i < l->n_hints; i++)
                if (l->hint[i].kind == kind)
                        return &l->hint[i];
        return NULL;
}

const LookMember *look_member(const LookList *l, const char *path) {
        for (int i = 0; i < l->n_members; i++)
                if (strcmp(l->members[i].path, path) == 0)
                        return &l->members[i];
        return NULL;
}

/* ---- the walk beside the lists ---- */

typedef struct Walk {
        Arena *arena;
        Look *look;
        Text path;
        int failed;
} Walk;

/* `.name`, or ['name'] where the name is no shorthand (RFC 9535 2.5.1.1). */
int look_step(Text *path, const char *name) {
        bool plain = name[0] && !(name[0] >= '0' && name[0] <= '9');
        for (const char *at = name; *at; at++)
                plain = plain && (*at == '_' || (unsigned char) *at >= 0x80 || (*at >= 'a' && *at <= 'z') ||
                                  (*at >= 'A' && *at <= 'Z') || (*at >= '0' && *at <= '9'));
        if (plain)
                return text_addf(path, ".%s", name);
        text_add(path, STR("['"));
        for (const char *at = name; *at; at++) {
                if (*at == '\'' || *at == '\\')
                        text_addc(path, '\\');
                text_addc(path, *at);
        }
        return text_add(path, STR("']"));
}

/* The kind a value can be of: a total is a number, a flag is none. */
static LookHintKind hint_fits(LookHintKind kind, json_object *v) {
        bool number = json_object_is_type(v, json_type_int), text = json_object_is_type(v, json_type_string);
        bool flag = json_object_is_type(v, json_type_boolean);
        Str s = text ? (Str) { json_object_get_string(v), (size_t) json_object_get_string_len(v) } : STR_NULL;
        switch (kind) {
        case HINT_TOTAL:
        case HINT_PAGES:
        case HINT_PAGE:
        case HINT_OFFSET:
        case HINT_SIZE:
                return number || (text && s.len > 0 && s.at[0] >= '0' && s.at[0] <= '9') ? kind : HINT_COUNT;
        case HINT_CURSOR:
        case HINT_NEXT:
                if (text && (str_starts(s, STR("http")) || str_starts(s, STR("/"))))
                        return HINT_NEXT;
                return text || !v || (kind == HINT_CURSOR && number) ? kind : HINT_COUNT;
        case HINT_MORE:
                return flag ? kind : HINT_COUNT;
        case HINT_OK:
                return flag || number ? kind : HINT_COUNT;
        default:
                return HINT_COUNT;
        }
}

static void hint_add(Walk *w, const char *name, json_object *v) {
        Look *l = w->look;
        LookHintKind kind = hint_fits(look_hint_of(str_of(name)), v);
        char value[48];
        int64_t n = -1;
        if (kind == HINT_COUNT || l->n_hints == LOOK_HINTS || json_object_is_type(v, json_type_object) ||
            json_object_is_type(v, json_type_array))
                return;
        document_sample(str_of(v ? json_object_get_string(v) : "null"), value, sizeof value);
        if (json_object_is_type(v, json_type_int))
                n = json_object_get_int64(v);
        else if (text_to_int64(str_of(value), &n) < 0)
                n = -1;
        LookHint h = { .kind = kind, .path = arena_copy(w->arena, text_str(&w->path)),
                       .value = arena_copy(w->arena, str_of(value)), .type = look_type(v), .number = n };
        if (!h.path || !h.value)
                w->failed = -ENOMEM;
        else
                l->hint[l->n_hints++] = h;
}

static bool list_of(json_object *v, json_type type) {
        size_t n = json_object_is_type(v, json_type_array) ? json_object_array_length(v) : 0;
        for (size_t i = 0; i < n && i < 5; i++)
                if (!json_object_is_type(json_object_array_get_idx(v, i), type))
                        return false;
        return n > 0;
}

static void list_add(Walk *w, json_object *v) {
        Look *l = w->look;
        if (l->n_lists == LOOK_LISTS)
                return;
        LookList *list = &l->list[l->n_lists];
        *list = (LookList) { .path = arena_copy(w->arena, text_str(&w->path)), .rows = list_of(v, json_type_array) };
        int r = list->path ? look_members(w->arena, v, list) : -ENOMEM;
        if (r < 0)
                w->failed = r;
        else
                l->n_lists++;
}

/* Programs that make their JSON themselves, and are then wrapped by a framework, answer like this. */
static void inside_note(Walk *w, json_object *v) {
        _cleanup_(json_root_freep) json_object *root = NULL;
        char why[160];
        if (w->look->inside || !json_object_is_type(v, json_type_string))
                return;
        Str text = str_trim((Str) { json_object_get_string(v), (size_t) json_object_get_string_len(v) });
        if (text.len < 2 || (*text.at != '{' && *text.at != '[') || document_parse(text, &root, why) != FAULT_NONE)
                return;
        w->look->inside = arena_copy(w->arena, text_str(&w->path));
        if (!w->look->inside)
                w->failed = -ENOMEM;
}

static void walk(Walk *w, json_object *v, int depth) {
        inside_note(w, v);
        if (list_of(v, json_type_object) || list_of(v, json_type_array)) {
                list_add(w, v);
                return;
        }
        if (!json_object_is_type(v, json_type_object) || depth == WALK_DEPTH)
                return;
        json_object_object_foreach(v, name, value) {
                size_t kept = w->path.len;
                if (w->failed < 0 || look_step(&w->path, name) < 0) {
                        w->failed = w->failed < 0 ? w->failed : -ENOMEM;
                        return;
                }
                hint_add(w, name, value);
                walk(w, value, depth + 1);
                w->path.len = kept;
                w->path.at[kept] = '\0';
        }
}

/* Records count, and how much each of them says: a short list of choices beside the data is not the data. */
static int weight(const LookList *l) {
        int records = l->records < 50 ? l->records : 50;
        return l->n_members < 3 ? records : records * l->n_members;
}

/* Points of a chart are lists too: objects come first. */
static bool tells_more(const LookList *a, const LookList *b) {
        return a->rows != b->rows ? b->rows : weight(a) > weight(b);
}

static void sort_lists(Look *l) {
        for (int i = 1; i < l->n_lists; i++)
                for (int j = i; j > 0 && tells_more(&l->list[j], &l->list[j - 1]); j--) {
                        LookList kept = l->list[j];
                        l->list[j] = l->list[j - 1];
                        l->list[j - 1] = kept;
                }
}

static void outline(Text *t, json_object *v, int depth) {
        int n = 0;
        if (json_object_is_type(v, json_type_array)) {
                text_addf(t, "[%zu]", json_object_array_length(v));
                return;
        }
        if (!json_object_is_type(v, json_type_object))
                return;
        text_addc(t, '{');
        json_object_object_foreach(v, name, value) {
                if (++n > OUTLINE_NAMES) {
                        text_add(t, STR(", ..."));
                        break;
                }
                char shown[60];
                document_sample(str_of(name), shown, sizeof shown);
                text_addf(t, "%s%s", n > 1 ? ", " : "", shown);
                if (depth > 0 &&
                    (json_object_is_type(value, json_type_object) || json_object_is_type(value, json_type_array))) {
                        text_addc(t, ' ');
                        outline(t, value, depth - 1);
                }
        }
        text_addc(t, '}');
}

static int look_root(Arena *a, json_object *root, Look *l) {
        _cleanup_text_ Text shown = TEXT_INIT(2000);
        Walk w = { .arena = a, .look = l, .path = TEXT_INIT(2000) };
        text_addc(&w.path, '$');
        walk(&w, root, 0);
        int failed = w.path.failed == -ENOMEM ? -ENOMEM : w.failed;
        text_free(&w.path);
        outline(&shown, root, 2);
        l->outline = arena_copy(a, text_str(&shown));
        sort_lists(l);
        return failed < 0 ? failed : l->outline ? 0 : -ENOMEM;
}

int look_page(Arena *a, Str body, Look *ret, char why[static 160]) {
        _cleanup_(json_root_freep) json_object *root = NULL;
        Look l = { 0 };
        if (body.len > LIMIT_BODY_BYTES) {
                snprintf(why, 160, "%zu bytes", body.len);
                return LOOK_E_NOT_JSON;
        }
        if (!utf8_valid(body)) {
                snprintf(why, 160, "not UTF-8");
                return LOOK_E_NOT_JSON;
        }
        static const Select whole = { .text = "$" };
        Str text;
        Fault f = document_inside(body, &whole, &root, &text, why);
        if (f != FAULT_NONE && f != FAULT_SELECTOR_MISSING)
                return LOOK_E_NOT_JSON;
        bool document = json_object_is_type(root, json_type_object) || json_object_is_type(root, json_type_array);
        int r = look_root(a, root, &l);
        if (r < 0)
                return r;
        if (!document && !l.inside) { /* a text alone counts for the document in it */
                snprintf(why, 160, "neither object nor list");
                return LOOK_E_NOT_JSON;
        }
        *ret = l;
        return 0;
}

/* The records of one page go into `all`. */
static int gather(Str body, const Select *list, json_object *all) {
        _cleanup_(json_root_freep) json_object *root = NULL;
        json_object *found = NULL;
        char why[160];
        if (document_parse(body, &root, why) != FAULT_NONE || select_get(list, root, &found) != SELECTED_VALUE ||
            !json_object_is_type(found, json_type_array))
                return 0;
        for (size_t i = 0; i < json_object_array_length(found); i++)
                if (json_object_array_add(all, json_object_get(json_object_array_get_idx(found, i))) < 0)
                        return -ENOMEM;
        return 0;
}

int look_over(Arena *a, Look *l, const Str *bodies, int n) {
        _cleanup_(json_root_freep) json_object *all = json_object_new_array();
        LookList list = l->list[0];
        Select path;
        size_t at;
        const char *why;
        int r = all ? select_compile(a, list.path, &path, &at, &why) : -ENOMEM;
        if (r > 0)
                return 0;
        for (int i = 0; i < n && r == 0; i++)
                r = gather(bodies[i], &path, all);
        if (r == 0)
                r = look_members(a, all, &list);
        if (r == 0)
                l->list[0] = list;
        return r;
}
