/* SPDX-License-Identifier: MIT */
#include "daemon/ctl/verbs.h"

#include "daemon/ctl/options.h"

#define DECIDES (NEED_STORE | NEED_QUIET_DAEMON)

const Verb verb_table[] = {
        { "status", "", 0, 0, OPTION_JSON, NEED_QUIET_DAEMON, verb_status,
          "how all is: sources, deadlines, mail, alarms; a check for Nagios or "
          "Zabbix",
          "tình hình chung: nguồn, hạn, thư, sự cố; dùng được cho Nagios, Zabbix" },
        { "list", "tasks|indicators|units", 1, 1,
          OPTION_JSON | OPTION_UNIT | OPTION_BEHIND | OPTION_MISSING | OPTION_DIFFERS | OPTION_WORK | OPTION_SEARCH,
          NEED_STORE, verb_list, "records or units", "danh sách nhiệm vụ, chỉ tiêu, đơn vị" },
        { "show", "KEY|UNIT", 1, 1, OPTION_JSON, NEED_STORE, verb_show, "one record, or one unit",
          "một bản ghi, hoặc một đơn vị" },
        { "explain", "KEY FIELD", 2, 2, OPTION_JSON, NEED_STORE, verb_explain,
          "where a value comes from, and why it holds", "một giá trị từ đâu ra, vì sao dùng giá trị đó" },
        { "why", "UNIT|PERSON", 1, 1, OPTION_JSON, NEED_STORE | NEED_SETTINGS, verb_why, "why a mail went or did not",
          "vì sao có thư, vì sao không có thư" },
        { "diff", "", 0, 0, OPTION_JSON | OPTION_UNIT | OPTION_CONFLICTS, NEED_STORE, verb_diff,
          "where the two systems differ", "hai hệ thống khác nhau ở đâu" },
        { "plan", "", 0, 0, OPTION_JSON | OPTION_ON | OPTION_LETTER, NEED_STORE | NEED_SETTINGS, verb_plan,
          "who would get mail today or on a later day, as far as is known now",
          "hôm nay hoặc ngày tới ai sẽ nhận thư, theo số liệu hiện có" },
        { "outbox", "[show ID]", 0, 2, OPTION_JSON | OPTION_SINCE, NEED_STORE, verb_outbox,
          "mails and what became of them; one in full", "các thư và kết quả gửi; xem trọn một thư" },
        { "quarantine", "", 0, 0, OPTION_JSON, NEED_STORE, verb_quarantine,
          "records that could not be understood, put aside", "bản ghi chưa hiểu được, để riêng" },
        { "accounts", "import FILE.csv", 2, 2, OPTION_INTO | OPTION_DRY_RUN, NEED_NOTHING, verb_accounts,
          "write accounts.yaml from an office's list", "lập accounts.yaml từ danh sách của cơ quan" },
        { "import", "FILE", 1, 1, OPTION_SOURCE | OPTION_STREAM | OPTION_DRY_RUN, NEED_SETTINGS, verb_import,
          "what an exported file would tell; puts it into its source's folder",
          "tệp xuất ra có gì; đưa vào thư mục của nguồn" },
        { "accept", "ID", 1, 1, 0, DECIDES, verb_accept, "the refused listing is right: take the next one like it",
          "danh sách bị từ chối là đúng: lần đọc sau như vậy thì nhận" },
        { "reject", "ID", 1, 1, 0, DECIDES, verb_reject, "the refused listing is wrong: the old state stays",
          "danh sách bị từ chối là sai: giữ số liệu cũ" },
        { "settle", "KEY FIELD central|portal|VALUE", 3, 3, 0, DECIDES, verb_settle,
          "decide a conflict between the two systems", "quyết định khi hai hệ thống khác nhau" },
        { "release", "", 0, 0, 0, DECIDES, verb_release, "let today's large batch of mail go",
          "cho gửi lô thư lớn của hôm nay" },
        { "sync", "", 0, 0, 0, DECIDES, verb_sync, "read both systems now", "đọc lại hai hệ thống ngay" },
        { "live", "", 0, 0, OPTION_YES, NEED_STORE | NEED_SETTINGS, verb_live,
          "what going live would send; asks, and says what to set",
          "gửi thật thì sẽ gửi những gì; hỏi lại và chỉ cách đặt" },
        { "export", "", 0, 0, 0, NEED_STORE, verb_export, "the whole state as text, equal states as equal bytes",
          "toàn bộ trạng thái dạng văn bản" },
        { "probe", "SOURCE", 1, 1, OPTION_JSON | OPTION_ACCOUNT | OPTION_STREAM | OPTION_RECORD | OPTION_REPLAY,
          NEED_SETTINGS | NEED_QUIET_DAEMON, verb_probe,
          "log in to a system, read the first page of each stream, tell what was seen; stores nothing",
          "đăng nhập một hệ thống, đọc trang đầu của từng luồng, kể lại những gì thấy; không lưu gì" },
        { "learn", "RECORDING.har", 1, 1, OPTION_OUT, NEED_NOTHING, verb_learn,
          "draft a profile from a browser's recording", "lập bản nháp profile từ bản ghi của trình duyệt" },
        { "help", "[VERB]", 0, 1, 0, NEED_NOTHING, verb_help_run, "this text, or more about one verb",
          "trang này, hoặc về một lệnh" },
        { 0 },
};

const Verb *verb_find(const char *name) {
        for (const Verb *v = verb_table; v->name; v++)
                if (strcmp(v->name, name) == 0)
                        return v;
        return NULL;
}

void verb_help(FILE *to, bool vi) {
        fputs(vi ? "nq57ctl LỆNH [tùy chọn]\n\n" : "nq57ctl VERB [options]\n\n", to);
        for (const Verb *v = verb_table; v->name; v++) {
                int n = fprintf(to, "  %s %s", v->name, v->words);

                fprintf(to, "%*s%s\n", n < 34 ? 36 - n : 2, "", vi ? v->vi : v->en);
        }
        fputs(vi ? "\nLệnh nào cũng có:\n" : "\nEvery verb takes:\n", to);
        options_help(0, vi, to);
        fputs(vi ? "\nnq57ctl help LỆNH: tùy chọn của lệnh. Mã thoát: xem nq57ctl(1).\n"
                 : "\nnq57ctl help VERB: a verb's own options. Exit statuses: nq57ctl(1).\n",
              to);
}

void verb_help_one(const Verb *v, bool vi, FILE *to) {
        fprintf(to, "nq57ctl %s%s%s\n  %s\n\n", v->name, v->words[0] ? " " : "", v->words, vi ? v->vi : v->en);
        if (v->options)
                options_help(v->options, vi, to);
        options_help(0, vi, to);
}

int verb_check(const Verb *v, const CtlArgs *args) {
        unsigned foreign = args->given & ~v->options;

        if (foreign) {
                ctl_say("`%s` has no option %s: nq57ctl help %s", v->name, options_name(foreign), v->name);
                return CTL_USAGE;
        }
        if (args->n_words < v->fewest || args->n_words > v->most) {
                ctl_say("usage: nq57ctl %s%s%s", v->name, v->words[0] ? " " : "", v->words);
                return CTL_USAGE;
        }
        return 0;
}

int verb_help_run(Ctl *c) {
        const Verb *v;

        if (c->args->n_words == 0) {
                verb_help(stdout, c->vi);
                return CTL_OK;
        }
        v = verb_find(c->args->word[0]);
        if (!v) {
                ctl_say("no verb `%s`", c->args->word[0]);
                return CTL_NO_OBJECT;
        }
        verb_help_one(v, c->vi, stdout);
        return CTL_OK;
}
