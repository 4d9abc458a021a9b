/* SPDX-License-Identifier: MIT */
#include <stddef.h>

#include "config/schema.h"
#include "state/plan.h"

const char *const config_files[CONFIG_FILES] = { "nq57d.yaml", "accounts.yaml", "links.yaml", "calendar-vn.yaml" };

static const char *const on_unknown[] = { "resend", "hold", NULL };
static const char *const program_inputs[] = { "message", "json", NULL };
static const char *const merges[] = { "either", "central", "portal", "central-first", "portal-first", NULL }; /* FieldMerge */
static const char *const record_words[] = { "tasks", "indicators", NULL }; /* 1 << index = RecordKind */

#define MINUTE 60
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

/* file, path, type, min, max, default, required, choices, en, vi */
const Key key_table[] = {
        { CONFIG_MAIN, "province", KEY_TEXT, 1, 100, NULL, true, NULL, "name of the province, as mails show it", "tên tỉnh, như ghi trong thư" },

        { CONFIG_MAIN, "sources.*.role", KEY_CHOICE, 0, 0, NULL, true, side_names, "which of the two systems this is; one source a role", "đây là hệ thống nào; mỗi vai một nguồn" },
        { CONFIG_MAIN, "sources.*.profile", KEY_WORD, 1, 32, NULL, true, NULL, "the description of the system: profiles/NAME.yaml beside this file, else the installed one", "bản mô tả hệ thống: profiles/TÊN.yaml cạnh tệp này, không có thì dùng bản cài sẵn" },
        { CONFIG_MAIN, "sources.*.url", KEY_URL, 1, 1000, NULL, true, NULL, "where the system is; https, or http to this machine only", "địa chỉ hệ thống; https, chỉ dùng http cho chính máy này" },
        { CONFIG_MAIN, "sources.*.supervisor", KEY_ACCOUNT, 1, 128, NULL, false, NULL, "the supervising account that sees every unit that is `supervised`", "tài khoản giám sát, xem được các đơn vị ghi `supervised`" },
        { CONFIG_MAIN, "sources.*.ca-file", KEY_PATH, 1, 1000, NULL, false, NULL, "certificates (PEM) of a private authority; else the system's", "chứng thư (PEM) của cơ quan chứng thực riêng; không ghi thì dùng của máy" },
        { CONFIG_MAIN, "sources.*.poll-every", KEY_DURATION, MINUTE, DAY, "30 minutes", false, NULL, "time between two readings", "khoảng cách giữa hai lần đọc" },
        { CONFIG_MAIN, "sources.*.blind-after", KEY_DURATION, HOUR, 14 * DAY, "12 hours", false, NULL, "without a complete reading for so long the source counts as blind: its data are unknown, and ops is told", "quá lâu không đọc đủ thì coi như không thấy gì: số liệu chưa xác định, báo cho quản trị" },
        { CONFIG_MAIN, "sources.*.requests-at-once", KEY_INT, 1, 16, "4", false, NULL, "requests under way at once", "số yêu cầu cùng lúc" },
        { CONFIG_MAIN, "sources.*.requests-per-minute", KEY_INT, 0, 100000, "600", false, NULL, "most requests a minute; 0: no limit", "số yêu cầu nhiều nhất mỗi phút; 0: không giới hạn" },
        { CONFIG_MAIN, "sources.*.logins-per-hour", KEY_INT, 1, 60, "4", false, NULL, "most log-ins of one account in an hour, so that a wrong password never locks it", "số lần đăng nhập nhiều nhất mỗi giờ của một tài khoản, để mật khẩu sai không làm khóa tài khoản" },
        { CONFIG_MAIN, "sources.*.timeout", KEY_DURATION, 1, 2 * MINUTE, "60 seconds", false, NULL, "longest time of one request", "thời gian chờ nhiều nhất của một yêu cầu" },

        { CONFIG_MAIN, "deadlines.*.title", KEY_TEXT, 1, 300, NULL, true, NULL, "what is due, as mails say it", "nội dung hạn, như ghi trong thư" },
        { CONFIG_MAIN, "deadlines.*.basis", KEY_TEXT, 1, 500, NULL, true, NULL, "number and date of the province's own letter", "số, ngày văn bản của tỉnh làm căn cứ" },
        { CONFIG_MAIN, "deadlines.*.before", KEY_BEFORE, 1, 28, NULL, true, NULL, "the letter's \"before the ...\": a day of every month, or one date", "\"trước ngày ...\" của văn bản: một ngày hằng tháng, hoặc một ngày cụ thể" },
        { CONFIG_MAIN, "deadlines.*.first", KEY_DATE, 0, 0, NULL, false, NULL, "first `before` date of a monthly deadline", "ngày `before` đầu tiên của hạn hằng tháng" },
        { CONFIG_MAIN, "deadlines.*.last", KEY_DATE, 0, 0, NULL, false, NULL, "last `before` date of a monthly deadline", "ngày `before` cuối cùng của hạn hằng tháng" },
        { CONFIG_MAIN, "deadlines.*.units", KEY_CHOICES, 0, 0, "department, commune, ward, special-zone", false, unit_kinds, "kinds of units that owe input", "loại đơn vị phải nhập" },
        { CONFIG_MAIN, "deadlines.*.records", KEY_CHOICES, 0, 0, "tasks, indicators", false, record_words, "kinds of records that count", "loại bản ghi được tính" },
        { CONFIG_MAIN, "deadlines.*.sources", KEY_CHOICES, 0, 0, NULL, false, side_names, "systems that are read for it; default: every configured one", "hệ thống dùng để xét; không ghi: mọi hệ thống đã khai báo" },
        { CONFIG_MAIN, "deadlines.*.bloc", KEY_TEXT, 1, 100, NULL, false, NULL, "only records of this bloc; default: any", "chỉ tính bản ghi thuộc khối này; không ghi: mọi khối" },
        { CONFIG_MAIN, "deadlines.*.units-finish", KEY_FINISH, 0, 20, "same day", false, NULL, "by when units must be done, before the letter's own day", "đơn vị phải xong sớm hơn ngày của văn bản bao lâu" },
        { CONFIG_MAIN, "deadlines.*.window-from", KEY_DATE, 0, 0, NULL, false, NULL, "first day of the data window of a single date; default: one month before it", "ngày đầu của kỳ số liệu, cho hạn một lần; không ghi: một tháng trước đó" },
        { CONFIG_MAIN, "deadlines.*.coordinator", KEY_CODE, 1, 64, NULL, false, NULL, "key of the coordinating department: its focal persons see who is behind from +1 on", "mã cơ quan điều phối: đầu mối của cơ quan này biết đơn vị nào chậm từ ngày +1" },

        { CONFIG_MAIN, "mail.mode", KEY_CHOICE, 0, 0, "preview", false, mail_modes, "preview: nothing leaves; redirect: everything to `redirect-to`; live: to the people", "preview: không gửi gì; redirect: gửi hết đến `redirect-to`; live: gửi thật" },
        { CONFIG_MAIN, "mail.from", KEY_PERSON, 0, 0, NULL, true, NULL, "sender", "người gửi" },
        { CONFIG_MAIN, "mail.relay", KEY_RELAY, 1, 300, "smtp://127.0.0.1:25", false, NULL, "the mail server that takes the mail; TLS is required unless it is this machine", "máy chủ thư nhận chuyển; phải có TLS trừ khi là chính máy này" },
        { CONFIG_MAIN, "mail.user", KEY_ACCOUNT, 1, 128, NULL, false, NULL, "account at the mail server, when it asks for one", "tài khoản tại máy chủ thư, nếu cần" },
        { CONFIG_MAIN, "mail.ca-file", KEY_PATH, 1, 1000, NULL, false, NULL, "certificates (PEM) of a private authority", "chứng thư (PEM) của cơ quan chứng thực riêng" },
        { CONFIG_MAIN, "mail.ehlo", KEY_HOST, 1, 253, NULL, false, NULL, "this machine's name towards the mail server; default: the domain of `from`", "tên máy này khi chào máy chủ thư; không ghi: tên miền của `from`" },
        { CONFIG_MAIN, "mail.redirect-to", KEY_PERSON, 0, 0, NULL, false, NULL, "who gets everything in mode redirect", "người nhận tất cả thư ở chế độ redirect" },
        { CONFIG_MAIN, "mail.subject-mark", KEY_TEXT, 0, 60, "", false, NULL, "put before every subject, for trial runs", "ghi trước mọi tiêu đề, khi chạy thử" },
        { CONFIG_MAIN, "mail.send-at", KEY_TIME, 0, 0, "07:30", false, NULL, "time of day of sending, on working days", "giờ gửi, vào ngày làm việc" },
        { CONFIG_MAIN, "mail.distance", KEY_WORKDAYS, 0, 10, "2 working days", false, NULL, "between two mails to one person when nothing is urgent", "khoảng cách giữa hai thư cho một người khi không có gì gấp" },
        { CONFIG_MAIN, "mail.items-max", KEY_INT, 1, 500, "40", false, NULL, "items listed per unit in one mail; the rest is counted", "số việc liệt kê cho mỗi đơn vị trong một thư; còn lại chỉ đếm" },
        { CONFIG_MAIN, "mail.batch-limit", KEY_INT, 0, 100000, "500", false, NULL, "more mails than this at once wait for `nq57ctl outbox release`; 0: no limit", "nhiều thư hơn số này cùng lúc thì chờ `nq57ctl outbox release`; 0: không giới hạn" },
        { CONFIG_MAIN, "mail.on-unknown", KEY_CHOICE, 0, 0, "resend", false, on_unknown, "when nobody knows whether a mail arrived: send the same bytes once more, or hold it", "khi không rõ thư đã đến chưa: gửi lại đúng thư ấy một lần, hay giữ lại" },
        { CONFIG_MAIN, "mail.stuck-after", KEY_DURATION, 5 * MINUTE, 7 * DAY, "2 hours", false, NULL, "an unsent mail older than this is an alarm for ops", "thư chưa gửi lâu hơn mức này thì báo động cho quản trị" },
        { CONFIG_MAIN, "mail.program", KEY_PATH, 1, 1000, NULL, false, NULL, "a delivery program of your own; default: deliver-smtp", "chương trình gửi riêng; không ghi: deliver-smtp" },
        { CONFIG_MAIN, "mail.program-input", KEY_CHOICE, 0, 0, "message", false, program_inputs, "what your program reads: the mail, or the alert as JSON", "chương trình riêng đọc gì: thư, hay JSON" },
        { CONFIG_MAIN, "mail.timeout", KEY_DURATION, 5, 30 * MINUTE, "5 minutes", false, NULL, "longest time of one delivery", "thời gian nhiều nhất cho một lần gửi" },

        { CONFIG_MAIN, "guards.shrink-count", KEY_INT, 0, 1000000, "5", false, NULL, "a listing that lost more records than this, and the share below, is refused", "danh sách mất quá số bản ghi này và quá tỷ lệ dưới đây thì bị từ chối" },
        { CONFIG_MAIN, "guards.shrink-percent", KEY_INT, 0, 100, "2", false, NULL, "share of lost records, percent", "tỷ lệ bản ghi bị mất, phần trăm" },
        { CONFIG_MAIN, "guards.change-count", KEY_INT, 0, 1000000, "200", false, NULL, "a listing that changed more records than this, and the share below, is refused", "danh sách đổi quá số bản ghi này và quá tỷ lệ dưới đây thì bị từ chối" },
        { CONFIG_MAIN, "guards.change-percent", KEY_INT, 0, 100, "50", false, NULL, "share of changed records, percent", "tỷ lệ bản ghi thay đổi, phần trăm" },
        { CONFIG_MAIN, "guards.identity-percent", KEY_INT, 0, 100, "80", false, NULL, "share of known records that must be recognised again, percent", "tỷ lệ bản ghi cũ phải nhận ra được, phần trăm" },
        { CONFIG_MAIN, "guards.canaries", KEY_LIST, 0, 2000, NULL, false, NULL, "record keys that every complete listing must hold, as UNIT/task/CODE or UNIT/indicator/CODE@PERIOD", "khóa bản ghi mà danh sách đủ nào cũng phải có, dạng ĐƠNVỊ/task/MÃ hoặc ĐƠNVỊ/indicator/MÃ@KỲ" },
        { CONFIG_MAIN, "guards.grace-days", KEY_INT, 1, 365, "14", false, NULL, "days until a missing record counts as removed", "số ngày trước khi bản ghi vắng mặt coi là đã bỏ" },

        { CONFIG_MAIN, "fields.*", KEY_CHOICE, 0, 0, NULL, false, merges, "who may write a field: either system, one alone, or both with one first", "ai được ghi trường này: hệ thống nào cũng được, chỉ một, hoặc cả hai mà ưu tiên một" },

        { CONFIG_MAIN, "paths.state", KEY_PATH, 1, 1000, NULL, false, NULL, "folder of the database; default: $STATE_DIRECTORY, else /var/lib/nq57d", "thư mục cơ sở dữ liệu; không ghi: $STATE_DIRECTORY, hoặc /var/lib/nq57d" },
        { CONFIG_MAIN, "paths.secrets", KEY_PATH, 1, 1000, NULL, false, NULL, "folder of the secrets, used when there is no $CREDENTIALS_DIRECTORY", "thư mục mật khẩu, dùng khi không có $CREDENTIALS_DIRECTORY" },

        { CONFIG_ACCOUNTS, "roles.ops", KEY_SEAT, 0, 0, NULL, false, NULL, "who runs the service and gets its alarms", "người vận hành, nhận báo động" },
        { CONFIG_ACCOUNTS, "roles.ops-N", KEY_SEAT, 0, 0, NULL, false, NULL, "further ones", "thêm người" },
        { CONFIG_ACCOUNTS, "roles.leadership", KEY_SEAT, 0, 0, NULL, false, NULL, "who gets leadership's page", "lãnh đạo nhận trang tổng hợp" },
        { CONFIG_ACCOUNTS, "roles.leadership-N", KEY_SEAT, 0, 0, NULL, false, NULL, "further ones", "thêm người" },
        { CONFIG_ACCOUNTS, "roles.contact", KEY_SEAT, 0, 0, NULL, false, NULL, "whom to ask; replies to every mail go there", "người để hỏi; thư trả lời đến người này" },
        { CONFIG_ACCOUNTS, "units.*.name", KEY_TEXT, 1, 200, NULL, true, NULL, "name of the unit", "tên đơn vị" },
        { CONFIG_ACCOUNTS, "units.*.kind", KEY_CHOICE, 0, 0, NULL, true, unit_kinds, "kind of the unit", "loại đơn vị" },
        { CONFIG_ACCOUNTS, "units.*.parent", KEY_CODE, 1, 64, NULL, false, NULL, "key of the unit above; a sub-unit needs it", "mã đơn vị cấp trên; bộ phận phải có" },
        { CONFIG_ACCOUNTS, "units.*.central", KEY_ACCESS, 1, 300, NULL, false, NULL, "how the unit is read on the central system", "đọc đơn vị trên hệ thống Trung ương bằng cách nào" },
        { CONFIG_ACCOUNTS, "units.*.portal", KEY_ACCESS, 1, 300, NULL, false, NULL, "how the unit is read on the portal", "đọc đơn vị trên Cổng tỉnh bằng cách nào" },
        { CONFIG_ACCOUNTS, "units.*.central-code", KEY_CODE, 1, 64, NULL, false, NULL, "the unit's code on the central system, when it is not its key", "mã đơn vị trên hệ thống Trung ương, nếu khác khóa" },
        { CONFIG_ACCOUNTS, "units.*.portal-code", KEY_CODE, 1, 64, NULL, false, NULL, "the unit's code on the portal, when it is not its key", "mã đơn vị trên Cổng tỉnh, nếu khác khóa" },
        { CONFIG_ACCOUNTS, "units.*.focal", KEY_SEAT, 0, 0, NULL, false, NULL, "focal person, reminded from T-5 on", "đầu mối, được nhắc từ T-5" },
        { CONFIG_ACCOUNTS, "units.*.focal-2", KEY_SEAT, 0, 0, NULL, false, NULL, "second focal person", "đầu mối thứ hai" },
        { CONFIG_ACCOUNTS, "units.*.head", KEY_SEAT, 0, 0, NULL, false, NULL, "head, told from T-1 on", "người đứng đầu, được báo từ T-1" },
        { CONFIG_ACCOUNTS, "units.*.acting-head", KEY_SEAT, 0, 0, NULL, false, NULL, "told while the head's seat is vacant", "người phụ trách, khi ghế người đứng đầu trống" },

        { CONFIG_LINKS, "indicators.*.central", KEY_LINKED, 1, 64, NULL, false, NULL, "code on the central system; `none`: it is not there, and need not be", "mã trên hệ thống Trung ương; `none`: không có và không cần có" },
        { CONFIG_LINKS, "indicators.*.portal", KEY_LINKED, 1, 64, NULL, false, NULL, "code on the portal, or `none`", "mã trên Cổng tỉnh, hoặc `none`" },
        { CONFIG_LINKS, "tasks.*.central", KEY_LINKED, 1, 64, NULL, false, NULL, "code on the central system, or `none`", "mã trên hệ thống Trung ương, hoặc `none`" },
        { CONFIG_LINKS, "tasks.*.portal", KEY_LINKED, 1, 64, NULL, false, NULL, "code on the portal, or `none`", "mã trên Cổng tỉnh, hoặc `none`" },

        { CONFIG_CALENDAR, "days-off.*.name", KEY_TEXT, 1, 200, NULL, true, NULL, "name of the day", "tên ngày nghỉ" },
        { CONFIG_CALENDAR, "days-off.*.source", KEY_TEXT, 1, 300, NULL, true, NULL, "law or notice it comes from", "luật hoặc thông báo làm căn cứ" },
        { CONFIG_CALENDAR, "days-off.*.confirmed", KEY_FLAG, 0, 0, NULL, true, NULL, "issued (yes), or only computed or proposed (no)", "đã ban hành (yes), hay mới tính toán, đề xuất (no)" },
        { CONFIG_CALENDAR, "worked.*.name", KEY_TEXT, 1, 200, NULL, true, NULL, "what the day is worked for", "làm bù cho ngày nào" },
        { CONFIG_CALENDAR, "worked.*.source", KEY_TEXT, 1, 300, NULL, true, NULL, "law or notice it comes from", "luật hoặc thông báo làm căn cứ" },
        { CONFIG_CALENDAR, "worked.*.confirmed", KEY_FLAG, 0, 0, NULL, true, NULL, "issued (yes), or only computed or proposed (no)", "đã ban hành (yes), hay mới tính toán, đề xuất (no)" },
};
const size_t key_count = sizeof key_table / sizeof *key_table;

const KeySection key_sections[] = {
        { CONFIG_MAIN, "sources", true, KEY_TEXT, "the systems that are read, one or two", "các hệ thống được đọc, một hoặc hai" },
        { CONFIG_MAIN, "sources.*", false, KEY_WORD, "id of the source; its secrets stand in ID.secrets", "mã nguồn; mật khẩu nằm trong MÃ.secrets" },
        { CONFIG_MAIN, "deadlines", false, KEY_TEXT, "what is due when (docs/DEADLINES.md)", "việc gì phải xong khi nào (docs/DEADLINES.md)" },
        { CONFIG_MAIN, "deadlines.*", false, KEY_WORD, "id of the deadline; never change it once mails went out", "mã hạn; không đổi khi đã gửi thư" },
        { CONFIG_MAIN, "mail", true, KEY_TEXT, "how mail leaves", "gửi thư như thế nào" },
        { CONFIG_MAIN, "guards", false, KEY_TEXT, "when a listing is too strange to be believed", "khi nào một danh sách quá lạ để tin" },
        { CONFIG_MAIN, "fields", false, KEY_TEXT, "other rules than the built-in ones for merging single fields", "quy tắc hợp nhất khác mặc định cho từng trường" },
        { CONFIG_MAIN, "paths", false, KEY_TEXT, "folders", "thư mục" },
        { CONFIG_ACCOUNTS, "roles", true, KEY_TEXT, "people without a unit", "những người không gắn với đơn vị" },
        { CONFIG_ACCOUNTS, "units", true, KEY_TEXT, "the units", "các đơn vị" },
        { CONFIG_ACCOUNTS, "units.*", false, KEY_CODE, "the unit's code: its key, which never changes", "mã đơn vị: là khóa, không bao giờ đổi" },
        { CONFIG_LINKS, "indicators", false, KEY_TEXT, "indicators with different codes", "chỉ tiêu có mã khác nhau" },
        { CONFIG_LINKS, "indicators.*", false, KEY_CODE, "the common code", "mã chung" },
        { CONFIG_LINKS, "tasks", false, KEY_TEXT, "tasks with different codes", "nhiệm vụ có mã khác nhau" },
        { CONFIG_LINKS, "tasks.*", false, KEY_CODE, "the common code", "mã chung" },
        { CONFIG_CALENDAR, "days-off", true, KEY_TEXT, "days off", "ngày nghỉ" },
        { CONFIG_CALENDAR, "days-off.*", false, KEY_DATE, "the date", "ngày" },
        { CONFIG_CALENDAR, "worked", false, KEY_TEXT, "Saturdays and Sundays that are worked", "thứ Bảy, Chủ nhật làm bù" },
        { CONFIG_CALENDAR, "worked.*", false, KEY_DATE, "the date", "ngày" },
};
const size_t key_section_count = sizeof key_sections / sizeof *key_sections;
