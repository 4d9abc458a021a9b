/* SPDX-License-Identifier: MIT */
#include "config/load.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include <yaml.h>

#include "config/characters.h"
#include "config/swallowed.h"
#include "state/model/strmap.h"

/* One open map or list. */
typedef struct Frame {
        Tree *node, **tail;
        StrMap keys;     /* key -> line, to find it twice */
        const char *key; /* read, its value is awaited; NULL: a key is awaited */
        Origin key_origin;
        bool dropped; /* the key stands there already: its value is read and forgotten */
} Frame;

typedef struct Loader {
        Document *document;
        Notices *notices;
        LineIndex lines;
        LoadStyle style;
        Frame frames[LOAD_DEPTH];
        int depth, max_depth;
        size_t nodes;
        bool done;
} Loader;

static Origin origin_of(const Loader *l, yaml_mark_t m) {
        return (Origin) { l->document->file, (int) m.line + 1, (int) m.column + 1 };
}

static int refuse(Loader *l, NoticeId id, Origin at, const char *seen, const char *en, const char *vi) {
        notice_put(l->notices, &(Notice) { .id = id, .at = at, .seen = seen, .en = en, .vi = vi });
        return LOAD_E_INVALID;
}

/* The key path of what is read now. */
static NoticePath path_now(const Loader *l) {
        const char *parts[3] = { NULL };
        for (int i = 0; i < l->depth && i < 3; i++) {
                const Tree *next = i + 1 < l->depth ? l->frames[i + 1].node : NULL;
                parts[i] = next ? next->key : l->frames[i].key;
        }
        return notice_path(parts[0], parts[1], parts[2]);
}

/* NFC, and otherwise what was typed: blanks keep their places. */
static int copy_text(Loader *l, Str typed, const char **ret) {
        Text t = TEXT_INIT(LOAD_FILE_BYTES);
        _cleanup_arena_ Arena scratch = { 0 };
        for (size_t i = 0; i < typed.len;) {
                size_t from = i;
                while (i < typed.len && !memchr(" \t\n", typed.at[i], 3))
                        i++;
                Str word = { typed.at + from, i - from };
                if (text_normalise(&scratch, word, &word) == -ENOMEM)
                        t.failed = -ENOMEM;
                text_add(&t, word);
                if (i < typed.len)
                        text_addc(&t, typed.at[i++]);
        }
        *ret = t.failed ? NULL : arena_copy(&l->document->arena, text_str(&t));
        text_free(&t);
        return *ret ? 0 : -ENOMEM;
}

static int node_new(Loader *l, TreeKind kind, Origin at, Tree **ret) {
        if (++l->nodes > LOAD_NODES)
                return refuse(l, NOTICE_TOO_MUCH, at, NULL, "200,000 values", "200.000 giá trị");
        Tree *t = arena_get(&l->document->arena, sizeof *t);
        if (!t)
                return -ENOMEM;
        *t = (Tree) { .kind = kind, .origin = at, .text = kind == TREE_SCALAR ? "" : NULL };
        *ret = t;
        return 0;
}

/* Puts a node where it belongs; a second value of one key is dropped. */
static int attach(Loader *l, Tree *node) {
        if (l->depth == 0) {
                l->document->root = node;
                return 0;
        }
        Frame *f = &l->frames[l->depth - 1];
        if (f->node->kind == TREE_MAP) {
                node->key = f->key;
                node->key_origin = f->key_origin;
                f->key = NULL;
                if (f->dropped)
                        return 0;
        }
        *f->tail = node;
        f->tail = &node->next;
        return 0;
}

static bool awaits_key(const Loader *l) {
        return l->depth > 0 && l->frames[l->depth - 1].node->kind == TREE_MAP && !l->frames[l->depth - 1].key;
}

/* Twice the room, filled from the members there are. */
static int keys_grow(Frame *f) {
        StrMap grown = { 0 };
        int r = strmap_reserve(&grown, f->keys.n * 2 + 16);
        for (const Tree *t = f->node->child; t && r == 0; t = t->next)
                r = strmap_put(&grown, str_of(t->key), (uint32_t) t->key_origin.line, NULL);
        if (r < 0) {
                strmap_free(&grown);
                return r;
        }
        strmap_free(&f->keys);
        f->keys = grown;
        return 0;
}

static int take_key(Loader *l, Str typed, Origin at) {
        Frame *f = &l->frames[l->depth - 1];
        if (typed.len == 0 || typed.len > LOAD_KEY_BYTES || memchr(typed.at, '\n', typed.len))
                return refuse(l, NOTICE_KEY_SHAPE, at, NULL, NULL, NULL);
        int r = copy_text(l, typed, &f->key);
        if (r < 0)
                return r;
        f->key_origin = at;

        uint32_t first;
        r = strmap_put(&f->keys, str_of(f->key), (uint32_t) at.line, &first);
        if (r == -ENOSPC && (r = keys_grow(f)) == 0)
                r = strmap_put(&f->keys, str_of(f->key), (uint32_t) at.line, &first);
        if (r < 0 && r != -EEXIST)
                return r;
        f->dropped = r == -EEXIST;
        if (f->dropped) {
                char line[16];
                (void) snprintf(line, sizeof line, "%u", (unsigned) first);
                NoticePath path = path_now(l);
                notice_put(
                        l->notices,
                        &(Notice) {
                                .id = NOTICE_KEY_TWICE, .at = at, .subject = path.text, .seen = f->key, .en = line });
        }
        return 0;
}

static int take_scalar(Loader *l, const yaml_event_t *e) {
        Str typed = { (const char *) e->data.scalar.value, e->data.scalar.length };
        Origin at = origin_of(l, e->start_mark), end = origin_of(l, e->end_mark);
        if (awaits_key(l))
                return take_key(l, typed, at);
        if (typed.len > LOAD_SCALAR_BYTES)
                return refuse(l, NOTICE_TOO_MUCH, at, NULL, "4096 bytes in one value", "4096 byte trong một giá trị");

        const Frame *f = l->depth > 0 ? &l->frames[l->depth - 1] : NULL;
        NoticePath path = path_now(l);
        bool plain = e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
        bool block = e->data.scalar.style == YAML_LITERAL_SCALAR_STYLE ||
                     e->data.scalar.style == YAML_FOLDED_SCALAR_STYLE;
        swallowed_check(
                &(Scalar) {
                        .text = typed,
                        .at = at,
                        .flat = l->style == LOAD_FLAT,
                        .plain = plain,
                        .block = block,
                        .several_lines = !block && end.line != at.line,
                        .anchor = e->data.scalar.anchor != NULL,
                        .tag = e->data.scalar.tag || (plain && !e->data.scalar.plain_implicit),
                        .after = block ? STR_NULL : line_index_from(&l->lines, end.line, end.column),
                        .after_at = end,
                        .path = path.text,
                        .own_line = f && f->key && f->key_origin.line != at.line,
                },
                l->notices);

        Tree *node = NULL;
        int r = node_new(l, TREE_SCALAR, at, &node);
        if (r == 0)
                r = copy_text(l, typed, &node->text);
        return r == 0 ? attach(l, node) : r;
}

static int open_node(Loader *l, TreeKind kind, const yaml_event_t *e, bool flow, bool marked) {
        Origin at = origin_of(l, e->start_mark);
        NoticePath path = path_now(l);
        if (awaits_key(l))
                return refuse(l, NOTICE_KEY_SHAPE, at, NULL, NULL, NULL);
        if (l->depth >= l->max_depth) {
                char levels[16];
                (void) snprintf(levels, sizeof levels, "%d", l->max_depth);
                return refuse(l, NOTICE_TOO_DEEP, at, NULL, levels, NULL);
        }
        if (marked)
                notice_put(l->notices, &(Notice) { .id = NOTICE_ANCHOR, .at = at, .subject = path.text });
        if (l->style == LOAD_FLAT && (flow || kind == TREE_LIST))
                notice_put(l->notices,
                           &(Notice) { .id = flow ? NOTICE_FLOW : NOTICE_LIST, .at = at, .subject = path.text });

        Tree *node = NULL;
        int r = node_new(l, kind, at, &node);
        if (r == 0)
                r = attach(l, node);
        if (r == 0)
                l->frames[l->depth++] = (Frame) { .node = node, .tail = &node->child };
        return r;
}

static int take_alias(Loader *l, const yaml_event_t *e) {
        Origin at = origin_of(l, e->start_mark);
        if (awaits_key(l))
                return refuse(l, NOTICE_KEY_SHAPE, at, NULL, NULL, NULL);
        NoticePath path = path_now(l);
        notice_put(l->notices, &(Notice) { .id = NOTICE_ALIAS, .at = at, .subject = path.text });
        Tree *node = NULL;
        int r = node_new(l, TREE_SCALAR, at, &node);
        return r == 0 ? attach(l, node) : r;
}

static int close_node(Loader *l) {
        strmap_free(&l->frames[--l->depth].keys);
        return 0;
}

static int take_event(Loader *l, const yaml_event_t *e) {
        switch (e->type) {
        case YAML_DOCUMENT_START_EVENT:
                if (l->document->root)
                        return refuse(l, NOTICE_DOCUMENTS, origin_of(l, e->start_mark), NULL, NULL, NULL);
                return 0;
        case YAML_SCALAR_EVENT:
                return take_scalar(l, e);
        case YAML_ALIAS_EVENT:
                return take_alias(l, e);
        case YAML_MAPPING_START_EVENT:
                return open_node(l, TREE_MAP, e, e->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE,
                                 e->data.mapping_start.anchor || e->data.mapping_start.tag);
        case YAML_SEQUENCE_START_EVENT:
                return open_node(l, TREE_LIST, e, e->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE,
                                 e->data.sequence_start.anchor || e->data.sequence_start.tag);
        case YAML_MAPPING_END_EVENT:
        case YAML_SEQUENCE_END_EVENT:
                return close_node(l);
        case YAML_STREAM_END_EVENT:
                l->done = true;
                return 0;
        default:
                return 0;
        }
}

static int syntax_error(Loader *l, const yaml_parser_t *p) {
        if (p->error == YAML_MEMORY_ERROR)
                return -ENOMEM;
        const char *problem = p->problem ? p->problem : "?", *en, *vi;
        Origin at = origin_of(l, p->problem_mark);
        if (p->context && strstr(p->context, "quoted") &&
            strstr(problem, "end of stream")) /* where the quote opens, not where the file ends */
                at = origin_of(l, p->context_mark);
        const Tree *root = l->document->root;
        if (root && root->kind == TREE_SCALAR) { /* a first line without a colon made the whole file one value */
                problem = "could not find expected ':'";
                at = root->origin;
        }
        swallowed_hint(problem, &en, &vi);
        return refuse(l, NOTICE_SYNTAX, at, problem, en, vi);
}

static int read_events(Loader *l, Str text) {
        yaml_parser_t p;
        if (!yaml_parser_initialize(&p))
                return -ENOMEM;
        yaml_parser_set_encoding(&p, YAML_UTF8_ENCODING);
        yaml_parser_set_input_string(&p, (const unsigned char *) text.at, text.len);

        int r = 0;
        while (r == 0 && !l->done) {
                yaml_event_t event;
                if (!yaml_parser_parse(&p, &event)) {
                        r = syntax_error(l, &p);
                        break;
                }
                r = take_event(l, &event);
                yaml_event_delete(&event);
        }
        while (l->depth > 0)
                (void) close_node(l);
        yaml_parser_delete(&p);
        return r;
}

static int load_checked(Loader *l, Str text) {
        const char *file = l->document->file;
        if (!characters_check(text, file, l->notices))
                return LOAD_E_INVALID;
        int r = line_index_make(text, &l->lines);
        if (r == 0)
                r = read_events(l, text);
        line_index_free(&l->lines);
        if (r != 0)
                return r;

        const Tree *root = l->document->root;
        if (!root || (root->kind == TREE_SCALAR && !root->text[0]))
                return refuse(l, NOTICE_FILE_EMPTY, (Origin) { file, 1, 1 }, NULL, NULL, NULL);
        if (root->kind != TREE_MAP)
                return refuse(l, NOTICE_SECTION_WANTED, root->origin, NULL, NULL, NULL);
        return 0;
}

int load_text(Str text, const char *file, LoadStyle style, Notices *n, Document **ret, Err *e) {
        _cleanup_(document_freep) Document *d = calloc(1, sizeof *d);
        if (!d || !(d->file = arena_copy(&d->arena, str_of(file))))
                return err_oom(e);

        Loader l = { .document = d,
                     .notices = n,
                     .style = style,
                     .max_depth = style == LOAD_FLAT ? LOAD_DEPTH_FLAT : LOAD_DEPTH };
        int r = text.len > LOAD_FILE_BYTES
                        ? refuse(&l, NOTICE_FILE_SIZE, (Origin) { d->file, 1, 1 }, NULL, "4 MiB", NULL)
                        : load_checked(&l, characters_without_bom(text));
        if (r < 0)
                return r == -ENOMEM ? err_oom(e) : err_set(e, r, RETRY_NEVER, "%s: cannot be loaded", file);
        if (r == 0)
                *ret = TAKE_PTR(d);
        return r;
}

int load_bytes(const char *path, size_t max, Text *ret, Err *e) {
        _cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
        if (fd < 0)
                return errno == ENOENT ? LOAD_E_NONE
                                       : err_set(e, -errno, RETRY_RECONFIGURE, "%s: %s", path, strerror(errno));
        struct stat st;
        if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
                return err_set(e, -EINVAL, RETRY_RECONFIGURE, "%s: not a regular file", path);

        Text t = TEXT_INIT(max);
        char buf[16384];
        ssize_t n;
        while ((n = read(fd, buf, sizeof buf)) > 0)
                if (text_add(&t, (Str) { buf, (size_t) n }) < 0)
                        break;
        int r = n < 0 ? -errno : t.failed;
        if (r < 0) {
                text_free(&t);
                return r == -E2BIG ? -EFBIG : err_set(e, r, RETRY_RECONFIGURE, "%s: %s", path, strerror(-r));
        }
        *ret = t;
        return 0;
}

int load_file(const char *directory, const char *name, LoadStyle style, Notices *n, Document **ret, Err *e) {
        _cleanup_text_ Text path = TEXT_INIT(4096), bytes = { 0 };
        if (text_addf(&path, "%s/%s", directory, name) < 0)
                return path.failed == -ENOMEM ? err_oom(e)
                                              : err_set(e, path.failed, RETRY_RECONFIGURE, "path too long");

        Err why = { 0 };
        int r = load_bytes(path.at, LOAD_FILE_BYTES, &bytes, &why);
        if (r == LOAD_E_NONE)
                return r;
        if (r == -ENOMEM)
                return err_oom(e);
        if (r < 0) {
                notice_put(n, &(Notice) { .id = r == -EFBIG ? NOTICE_FILE_SIZE : NOTICE_FILE_MISSING,
                                          .at = { path.at, 0, 0 },
                                          .seen = why.text,
                                          .en = "4 MiB" });
                return LOAD_E_INVALID;
        }
        return load_text(text_str(&bytes), path.at, style, n, ret, e);
}

Document *document_free(Document *d) {
        if (!d)
                return NULL;
        arena_free(&d->arena);
        free(d);
        return NULL;
}
