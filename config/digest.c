/* SPDX-License-Identifier: MIT */
/* What in the settings changes the meaning of stored pages: units and their codes, links, rules of fields; and of a
 * source what it is asked for. */
#include "config/build.h"

#define FIRST 0xcbf29ce484222325u

/* FNV-1a: it need only differ when something was edited; nobody attacks it. */
static uint64_t mix(uint64_t h, const void *at, size_t len) {
        for (size_t i = 0; i < len; i++)
                h = (h ^ ((const unsigned char *) at)[i]) * 0x100000001b3u;
        return h;
}

static uint64_t mix_text(uint64_t h, const char *text) {
        h = mix(h, text ? "+" : "-", 1);
        return text ? mix(h, text, strlen(text) + 1) : h;
}

static uint64_t mix_int(uint64_t h, int64_t n) {
        return mix(h, &n, sizeof n);
}

/* What is asked of a source, and where: another year in its requests is another list. */
static uint64_t source_digest(const SourceOptions *o) {
        uint64_t h = mix_text(FIRST, o->base_url);
        for (size_t i = 0; i < o->n_values; i++)
                h = mix_text(mix_text(h, o->values[i].name), o->values[i].text);
        return h;
}

uint64_t build_digest(Settings *s) {
        uint64_t h = FIRST;
        for (size_t i = 0; i < s->n_sources; i++)
                s->sources[i].digest = source_digest(&s->sources[i]);
        for (size_t i = 0; i < s->units->n_units; i++) {
                const Unit *u = &s->units->units[i];
                h = mix_text(mix_text(h, u->id), u->name);
                h = mix_text(mix_int(h, u->kind), u->parent >= 0 ? s->units->units[u->parent].id : NULL);
                for (int side = 0; side < SIDE_COUNT; side++)
                        h = mix_text(mix_int(h, u->access[side].mode), u->access[side].code);
                for (size_t k = 0; k < u->n_codes; k++)
                        h = mix_text(mix_text(h, u->codes[k].space), u->codes[k].code);
        }
        for (size_t i = 0; i < s->links->n_links; i++) {
                const Link *l = &s->links->links[i];
                h = mix_text(mix_int(h, l->kind), l->canonical);
                h = mix_text(mix_text(h, l->code[SIDE_CENTRAL]), l->code[SIDE_PORTAL]);
        }
        for (int i = 0; i < FIELD_COUNT; i++)
                h = mix_int(h, s->merge.merge[i]);
        return h;
}
