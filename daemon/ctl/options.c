/* SPDX-License-Identifier: MIT */
#include "daemon/ctl/options.h"

#include <getopt.h>
#include <stddef.h>
#include <stdio.h>

typedef struct OptionRow {
        const char *name, *value; /* value NULL: takes none */
        unsigned mask;            /* 0: every verb takes it */
        size_t offset;            /* of the text in CtlArgs, when it takes one */
        const char *en, *vi;
} OptionRow;

#define AT(member) offsetof(CtlArgs, member)

static const OptionRow option_table[] = {
        { "json", NULL, OPTION_JSON, 0, "for programs: keys that stay, ISO dates, never translated",
          "cho chương trình: khóa cố định, ngày ISO, không dịch" },
        { "unit", "UNIT", OPTION_UNIT, AT(unit), "only this unit (key or name) and its sub-units",
          "chỉ đơn vị này (mã hoặc tên) và các bộ phận" },
        { "behind", NULL, OPTION_BEHIND, 0, "only what is outstanding for an open deadline",
          "chỉ việc còn vướng với hạn đang mở" },
        { "missing", NULL, OPTION_MISSING, 0, "only what a system does not show any more",
          "chỉ bản ghi mà một hệ thống không còn thấy" },
        { "differs", NULL, OPTION_DIFFERS, 0, "only where the systems differ", "chỉ chỗ hai hệ thống khác nhau" },
        { "work", "STATE", OPTION_WORK, AT(work), "only this work or review state (in_progress, returned, ...)",
          "chỉ trạng thái này (in_progress, returned, ...)" },
        { "search", "TEXT", OPTION_SEARCH, AT(search), "code, name or unit holds TEXT; marks and case do not matter",
          "mã, tên hoặc đơn vị có chữ này; không cần dấu" },
        { "conflicts", NULL, OPTION_CONFLICTS, 0, "only conflicts, which a person settles",
          "chỉ xung đột, cần người quyết định" },
        { "on", "DATE", OPTION_ON, AT(on), "that day instead of today", "ngày khác thay cho hôm nay" },
        { "letter", "PERSON", OPTION_LETTER, AT(letter), "print that person's mail in full",
          "in trọn thư của người này" },
        { "since", "DATE", OPTION_SINCE, AT(since), "mails of that day and later (default: the last 30 days)",
          "thư từ ngày này (mặc định: 30 ngày)" },
        { "into", "FILE", OPTION_INTO, AT(into), "write there instead of accounts.yaml of the configuration",
          "ghi vào tệp này thay cho accounts.yaml" },
        { "out", "FILE", OPTION_OUT, AT(out), "write there instead of standard output; never over a file that is there",
          "ghi vào tệp này thay cho màn hình; không ghi đè" },
        { "account", "NAME", OPTION_ACCOUNT, AT(account), "log in with this account instead of the source's first",
          "đăng nhập bằng tài khoản này thay cho tài khoản đầu tiên" },
        { "stream", "NAME", OPTION_STREAM, AT(stream), "only this stream of the profile", "chỉ luồng này của profile" },
        { "record", "DIR", OPTION_RECORD, AT(record),
          "keep what went over the wire in this new folder, secrets taken out",
          "giữ lại các trao đổi trong thư mục mới này, đã bỏ bí mật" },
        { "replay", "DIR", OPTION_REPLAY, AT(replay), "answer from such a folder instead of the network",
          "trả lời từ thư mục đã ghi, không dùng mạng" },
        { "source", "ID", OPTION_SOURCE, AT(source), "this source, where several take files",
          "nguồn này, khi nhiều nguồn đọc tệp" },
        { "dry-run", NULL, OPTION_DRY_RUN, 0, "print what would be written", "chỉ in ra, không ghi" },
        { "yes", NULL, OPTION_YES, 0, "do not ask", "không hỏi lại" },
        { "config", "DIR", 0, AT(config_dir), "configuration directory", "thư mục cấu hình" },
        { "state", "DIR", 0, AT(state_dir), "state directory, instead of what the configuration says",
          "thư mục trạng thái, thay cho cấu hình" },
        { "lang", "en|vi", 0, AT(lang), "language; default from LC_ALL, LC_MESSAGES, LANG",
          "ngôn ngữ; mặc định theo LC_ALL, LC_MESSAGES, LANG" },
#ifdef NQ57_TEST_BUILD
        { "clock", "FILE", 0, AT(clock_path), "(test build) time is what this file says",
          "(bản thử) giờ lấy từ tệp này" },
#endif
};
#define OPTIONS (sizeof option_table / sizeof *option_table)

void options_help(unsigned mask, bool vi, FILE *to) {
        for (size_t i = 0; i < OPTIONS; i++) {
                const OptionRow *o = &option_table[i];

                if (mask ? (o->mask & mask) != 0 : o->mask == 0) {
                        int n = fprintf(to, "  --%s%s%s", o->name, o->value ? " " : "", o->value ? o->value : "");

                        fprintf(to, "%*s%s\n", n < 20 ? 22 - n : 2, "", vi ? o->vi : o->en);
                }
        }
}

const char *options_name(unsigned mask) {
        static const char *const names[] = { "--json", "--unit",    "--behind",    "--missing", "--differs",
                                             "--work", "--search",  "--conflicts", "--on",      "--letter",
                                             "--into", "--dry-run", "--yes",       "--since",
                                             "--out",  "--account", "--stream",   "--record",  "--replay", "--source" };

        for (size_t i = 0; i < sizeof names / sizeof *names; i++)
                if (mask & (1u << i))
                        return names[i];
        return "";
}

static void options_table(struct option *table) {
        for (size_t i = 0; i < OPTIONS; i++)
                table[i] = (struct option) { option_table[i].name,
                                             option_table[i].value ? required_argument : no_argument, NULL,
                                             (int) i + 256 };
        table[OPTIONS] = (struct option) { "help", no_argument, NULL, 'h' };
        table[OPTIONS + 1] = (struct option) { "version", no_argument, NULL, 'V' };
        table[OPTIONS + 2] = (struct option) { 0 };
}

/* What getopt did not take, with the option that is near to it. */
static int options_wrong(const char *typed, const struct option *table, bool no_value) {
        const char *names[OPTIONS + 2], *near;
        Str name = str_of(typed);

        if (no_value) {
                ctl_say("option `%s` needs a value: nq57ctl help", typed);
                return CTL_USAGE;
        }
        for (size_t i = 0; i < OPTIONS + 2; i++)
                names[i] = table[i].name;
        while (name.len > 0 && name.at[0] == '-')
                name = (Str) { name.at + 1, name.len - 1 };
        if (name.len > 0 && memchr(name.at, '=', name.len))
                name.len = (size_t) ((const char *) memchr(name.at, '=', name.len) - name.at);
        near = text_nearest(name, names, OPTIONS + 2);
        ctl_say("no option `%s`%s%s%s (nq57ctl help)", typed, near ? "; did you mean `--" : "", near ? near : "",
                near ? "`?" : "");
        return CTL_USAGE;
}

int options_read(int argc, char **argv, CtlArgs *ret, const char **ret_verb) {
        struct option table[OPTIONS + 3];
        int n;

        options_table(table);
        opterr = 0;
        while ((n = getopt_long(argc, argv, ":hV", table, NULL)) >= 0) {
                const OptionRow *o = n >= 256 ? &option_table[n - 256] : NULL;

                if (n == '?' || n == ':')
                        return options_wrong(argv[optind - 1], table, n == ':');
                ret->help = ret->help || n == 'h';
                ret->version = ret->version || n == 'V';
                if (o)
                        ret->given |= o->mask;
                if (o && o->value)
                        memcpy((char *) ret + o->offset, &optarg, sizeof optarg);
        }
        *ret_verb = optind < argc ? argv[optind++] : NULL;
        for (; optind < argc; optind++) {
                if (ret->n_words == CTL_ARGS) {
                        ctl_say("too many words: `%s`", argv[optind]);
                        return CTL_USAGE;
                }
                ret->word[ret->n_words++] = argv[optind];
        }
        if (ret->lang && strcmp(ret->lang, "vi") != 0 && strcmp(ret->lang, "en") != 0) {
                ctl_say("--lang is en or vi");
                return CTL_USAGE;
        }
        return 0;
}
