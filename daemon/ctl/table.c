/* SPDX-License-Identifier: MIT */
#include "daemon/ctl/table.h"
#include "state/model/room.h"

#include <errno.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define TABLE_GAP 2
#define TABLE_CELL 65536 /* bytes of one cell once it is escaped */

void table_free(Table *t) {
        free(t->cell);
        arena_free(&t->arena);
        *t = (Table) { 0 };
}

void table_add(Table *t, Str cell) {
        _cleanup_text_ Text safe = TEXT_INIT(TABLE_CELL);
        Str kept = STR_NULL;

        if (t->failed)
                return;
        cell.len = cell.len < TABLE_CELL / 4 ? cell.len : TABLE_CELL / 4;
        if (ROOM_FOR_ONE(t->cell, t->n, t->room, 256) < 0 || text_escape(&safe, cell) < 0 ||
            arena_str(&t->arena, text_str(&safe), &kept) < 0) {
                t->failed = -ENOMEM;
                return;
        }
        t->cell[t->n++] = kept;
}

static size_t character_bytes(Str s) {
        size_t n = 1;

        while (n < s.len && ((unsigned char) s.at[n] & 0xc0) == 0x80)
                n++;
        return n;
}

size_t table_cut(Str s, size_t width) {
        size_t at = 0, used = 0;

        while (at < s.len) {
                size_t n = character_bytes((Str) { s.at + at, s.len - at });
                size_t columns = text_width((Str) { s.at + at, n });

                if (used + columns > width)
                        break;
                used += columns;
                at += n;
        }
        return at;
}

static void table_measure(const Table *t, size_t *width) {
        for (size_t c = 0; c < t->n_columns; c++)
                width[c] = text_width(str_of(t->column[c].head));
        for (size_t i = 0; i < t->n; i++) {
                size_t columns = text_width(t->cell[i]), c = i % t->n_columns;

                width[c] = columns > width[c] ? columns : width[c];
        }
}

/* Takes from the widest elastic column until the row fits or nothing can give way. */
static void table_fit(const Table *t, size_t *width, size_t limit) {
        for (;;) {
                size_t total = TABLE_GAP * (t->n_columns - 1), widest = t->n_columns;

                for (size_t c = 0; c < t->n_columns; c++) {
                        total += width[c];
                        if (t->column[c].elastic && (widest == t->n_columns || width[c] > width[widest]))
                                widest = c;
                }
                if (total <= limit || widest == t->n_columns || width[widest] <= TABLE_NARROWEST)
                        return;
                width[widest]--;
        }
}

static void table_blanks(size_t n, FILE *to) {
        fprintf(to, "%*s", (int) n, "");
}

/* Blanks at the end of a line are left out: they only wrap it. */
static void table_cell(Str s, size_t width, bool right, bool last, FILE *to) {
        size_t columns = text_width(s);
        bool cut = columns > width;

        if (cut) {
                s.len = table_cut(s, width - 1);
                columns = text_width(s) + 1;
        }
        if (right)
                table_blanks(width - columns, to);
        fwrite(s.at ? s.at : "", 1, s.len, to);
        if (cut)
                fputs("…", to);
        if (!last)
                table_blanks((right ? 0 : width - columns) + TABLE_GAP, to);
}

int table_print(const Table *t, size_t limit, FILE *to) {
        size_t width[TABLE_COLUMNS];

        if (t->failed || t->n == 0)
                return t->failed;
        table_measure(t, width);
        if (limit > 0)
                table_fit(t, width, limit);
        for (size_t c = 0; c < t->n_columns; c++)
                table_cell(str_of(t->column[c].head), width[c], t->column[c].right, c + 1 == t->n_columns, to);
        fputc('\n', to);
        for (size_t i = 0; i < t->n; i++) {
                size_t c = i % t->n_columns;

                table_cell(t->cell[i], width[c], t->column[c].right, c + 1 == t->n_columns, to);
                if (c + 1 == t->n_columns)
                        fputc('\n', to);
        }
        return ferror(to) ? -EIO : 0;
}

void table_lines(Str text, FILE *to) {
        Str line;

        while (str_split(&text, '\n', &line)) {
                _cleanup_text_ Text safe = TEXT_INIT(4 * line.len + 8);

                if (text_escape(&safe, line) == 0)
                        fwrite(safe.at ? safe.at : "", 1, safe.len, to);
                fputc('\n', to);
        }
}

size_t table_terminal(int fd) {
        const char *columns = getenv("COLUMNS");
        struct winsize size;
        int n;

        if (!isatty(fd))
                return 0;
        if (columns && text_to_int(str_of(columns), 20, 10000, &n) == 0)
                return (size_t) n;
        return ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col >= 20 ? size.ws_col : 80;
}
