/* SPDX-License-Identifier: MIT */
/* Part of THE TABLE of notices.h: what the files together cannot mean, and what is wrong with a list. */
#pragma once

/* clang-format off */
#define NOTICE_TABLE_MEANT(N) \
        /* nq57d.yaml */ \
        N(SOURCE_VALUE_MISSING, "value-missing", ERROR, \
          "the profile asks for <config.{seen}>: give it here as `{seen}: ...`", \
          "profile cần <config.{seen}>: ghi ở đây `{seen}: ...`") \
        N(SOURCE_VALUE_UNUSED, "value-unused", WARNING, "the profile uses no value `{seen}`", \
          "profile không dùng giá trị `{seen}`") \
        N(SOURCE_FILE, "source-file", ERROR, "the file cannot be used: {seen}", "không dùng được tệp: {seen}") \
        N(SOURCE_SECRET_FILE, "source-secret-file", WARNING, "a secret file is missing or not private: {seen}", \
          "thiếu tệp mật, hoặc người khác đọc được: {seen}") \
        N(SOURCE_PROXY_USER, "proxy-user-alone", WARNING, "`{seen}` is of no use without `proxy`", \
          "`{seen}` vô dụng khi không ghi `proxy`") \
        N(SOURCE_NONE, "source-none", ERROR, "no source is configured", "chưa khai báo hệ thống nguồn nào") \
        N(SOURCE_CHANNEL, "source-channel", ERROR, "say where the data come from: `url`, `files`, or both", \
          "ghi nơi lấy số liệu: `url`, `files`, hoặc cả hai") \
        N(SOURCE_NO_URL, "source-channel", ERROR, \
          "the stream `{seen}` of the profile is asked for by requests alone: it needs `url`", \
          "luồng `{seen}` của profile chỉ đọc qua mạng: cần `url`") \
        N(SOURCE_NO_FILES, "source-channel", ERROR, \
          "the stream `{seen}` of the profile is fed by files alone: it needs `files`, their folder", \
          "luồng `{seen}` của profile chỉ đọc từ tệp: cần `files` là thư mục nhận tệp") \
        N(SOURCE_FILES_UNUSED, "source-channel", ERROR, "no stream of the profile takes `files`", \
          "profile không có luồng nào đọc `files`") \
        N(SOURCE_ROLE_TWICE, "source-role-twice", ERROR, "a second source of the role `{seen}`; `{want}` has it", \
          "đã có nguồn `{want}` giữ vai `{seen}`") \
        N(PROFILE_UNKNOWN, "profile-unknown", ERROR, "there is no profile `{seen}` (looked for {want})", \
          "không có mô tả hệ thống `{seen}` (đã tìm {want})") \
        N(MAIL_REDIRECT, "redirect-to-missing", ERROR, "mode redirect needs `redirect-to`", \
          "chế độ redirect cần `redirect-to`") \
        N(FIELD_PER_SIDE, "field-per-side", ERROR, "each system has its own `{seen}`: it is never merged, so no " \
          "rule applies", \
          "mỗi hệ thống có `{seen}` riêng, không bao giờ hợp nhất, nên không đặt quy tắc được") \
        N(CANARY, "canary-invalid", ERROR, "`{seen}` is not a record key", "`{seen}` không phải khóa bản ghi") \
        N(COORDINATOR, "coordinator-unknown", ERROR, "no unit `{seen}` in accounts.yaml", \
          "accounts.yaml không có đơn vị `{seen}`") \
        N(DEADLINE_SOURCE, "deadline-source", ERROR, "no source of the role `{seen}` is configured", \
          "chưa khai báo hệ thống giữ vai `{seen}`") \
        N(DEADLINE_ORDER, "date-order", ERROR, "{seen}: the order is wrong", "{seen}: sai thứ tự ngày") \
        N(DEADLINE_DAY, "deadline-day", ERROR, "{seen} is not on the day of the month that `before` names " \
          "({want})", "{seen} không trùng ngày hằng tháng ghi ở `before` ({want})") \
        N(DEADLINE_MONTHLY_ONLY, "deadline-monthly-only", ERROR, \
          "`{seen}` makes sense only with a monthly `before`", "`{seen}` chỉ dùng khi `before` lặp hằng tháng") \
        N(DEADLINE_ONCE_ONLY, "deadline-once-only", ERROR, "`{seen}` makes sense only with a single date in " \
          "`before`", "`{seen}` chỉ dùng khi `before` là một ngày cụ thể") \
        N(DEADLINE_MANY, "deadline-many", ERROR, "more than {want} deadlines", "quá {want} hạn") \
        N(DEADLINE_NONE, "deadline-none", WARNING, "no deadline is configured: nobody will be reminded", \
          "chưa khai báo hạn nào: sẽ không nhắc ai") \
        /* accounts.yaml */ \
        N(UNIT_NONE, "unit-none", ERROR, "no unit is listed", "chưa có đơn vị nào") \
        N(PARENT_UNKNOWN, "parent-unknown", ERROR, "no unit `{seen}`", "không có đơn vị `{seen}`") \
        N(PARENT_CYCLE, "unit-cycle", ERROR, "the unit stands above itself: {seen}", \
          "đơn vị là cấp trên của chính nó: {seen}") \
        N(PARENT_MISSING, "parent-missing", ERROR, "a sub-unit needs `parent`", \
          "bộ phận phải có `parent` (đơn vị cấp trên)") \
        N(CODE_TWICE, "code-twice", ERROR, "`{seen}` is already the code of {want}", "`{seen}` đã là mã của {want}") \
        N(SPACE_UNKNOWN, "space-unknown", ERROR, "the profile looks units up by `{seen}`, and no unit of " \
          "accounts.yaml has such a code", \
          "bản mô tả tìm đơn vị theo `{seen}`, nhưng accounts.yaml chưa có đơn vị nào có mã này") \
        N(SPACE_UNUSED, "space-unused", WARNING, "no profile looks units up by `{seen}`", \
          "không bản mô tả nào tìm đơn vị theo `{seen}`") \
        N(ACCOUNT_TWICE, "account-twice", ERROR, "account `{seen}` belongs to {want}; a unit that shares it says " \
          "`parent` or `supervised`", \
          "tài khoản `{seen}` là của {want}; đơn vị dùng chung hãy ghi `parent` hoặc `supervised`") \
        N(ACCESS_MISSING, "access-missing", ERROR, "nothing is said about `{seen}`: write {want}. (Only a " \
          "province, and a sub-unit, which then has its parent's, may leave it out)", \
          "chưa nói gì về `{seen}`: hãy ghi {want}. (Chỉ cấp tỉnh, và bộ phận khi dùng chung với cấp trên, được bỏ " \
            "trống)") \
        N(ACCESS_REASON, "access-reason", ERROR, "`none` needs its reason: none (not issued yet)", \
          "`none` phải có lý do: none (chưa cấp)") \
        N(ACCESS_PARENT, "access-parent", ERROR, "`parent` needs a unit above this one", \
          "`parent` cần có đơn vị cấp trên") \
        N(ACCESS_WORD, "access-word", ERROR, "`{seen}` looks like a misspelt word, not an account", \
          "`{seen}` giống từ gõ sai, không phải tên tài khoản") \
        N(SUPERVISOR_MISSING, "supervisor-missing", ERROR, "the source `{seen}` has no `supervisor` account in " \
          "nq57d.yaml", "nguồn `{seen}` chưa có tài khoản giám sát `supervisor` trong nq57d.yaml") \
        N(SEAT_NOBODY, "seat-nobody", WARNING, "no focal person: reminders of this unit reach nobody before the " \
          "head", "không có đầu mối: trước khi đến người đứng đầu, không ai nhận nhắc việc") \
        N(ROLE_MISSING, "role-missing", WARNING, "nobody holds the role `{seen}`: {want}", \
          "chưa có ai giữ vai `{seen}`: {want}") \
        /* links.yaml */ \
        N(LINK_TWICE, "link-dead", ERROR, "the {want} code `{seen}` is linked twice", \
          "mã `{seen}` trên {want} được nối hai lần") \
        N(LINK_NOTHING, "link-nothing", WARNING, "both systems have this very code: the link says nothing", \
          "hai hệ thống cùng mã này: dòng nối là thừa") \
        N(LINK_NOWHERE, "link-nowhere", ERROR, "no system has this record: `none` on both sides", \
          "không hệ thống nào có bản ghi này: cả hai đều `none`") \
        /* calendar-vn.yaml */ \
        N(DAY_TWICE, "day-twice", ERROR, "{seen} has a line already, line {want}", "ngày {seen} đã có ở dòng {want}") \
        N(WORKED_WEEKDAY, "worked-weekday", ERROR, "{seen} is a {want}: only a Saturday or Sunday can be a worked " \
          "day", "{seen} là {want}: chỉ thứ Bảy, Chủ nhật mới có thể là ngày làm bù") \
        N(YEAR_NOT_FILLED, "year-not-filled", ERROR, "the days off of {seen} are not listed (the Labour Code gives " \
          "eleven; {want} found)", \
          "chưa ghi đủ ngày nghỉ của năm {seen} (Bộ luật Lao động có mười một ngày; mới có {want})") \
        N(YEAR_COMING, "year-coming", WARNING, "the days off of the coming year {seen} are not listed yet ({want} " \
          "found): deadlines of that year will fall on holidays", \
          "chưa ghi ngày nghỉ của năm tới {seen} (mới có {want} ngày): hạn của năm đó có thể rơi vào ngày nghỉ") \
        N(YEAR_UNCONFIRMED, "year-unconfirmed", WARNING, "{want} days of {seen} are not confirmed yet: compare " \
          "them with the notice as soon as it is issued", \
          "năm {seen} còn {want} ngày chưa xác nhận: đối chiếu ngay khi có thông báo chính thức") \
        /* lists of accounts: config/import */ \
        N(CSV_HEADER, "csv-header", ERROR, "the first row must name the columns; needed: {want}", \
          "dòng đầu phải ghi tên cột; cần có: {want}") \
        N(CSV_COLUMN, "csv-column-unknown", WARNING, "column `{seen}` is not used", "cột `{seen}` không dùng đến") \
        N(CSV_SECRETS, "csv-secrets", WARNING, "column `{seen}` holds passwords and was left out: they belong in " \
          "{want}; delete this file afterwards", \
          "cột `{seen}` là mật khẩu, đã bỏ qua: hãy ghi vào {want}; xong thì xóa tệp này") \
        N(CSV_FIELDS, "csv-fields", ERROR, "{seen} cells, the first row has {want}", "{seen} ô, dòng đầu có {want}") \
        N(CSV_QUOTE, "csv-quote", ERROR, "a quoted cell is not closed, or text follows the closing quote", \
          "ô trong ngoặc kép chưa đóng, hoặc còn chữ sau ngoặc đóng") \
        N(CSV_SHEET_NUMBER, "csv-sheet-number", ERROR, "`{seen}` is a number the spreadsheet re-wrote: format the " \
          "column as text", \
          "`{seen}` là số do bảng tính đổi: hãy định dạng cột là văn bản (Text)") \
        N(ROW_UNIT_UNKNOWN, "row-unit-unknown", ERROR, "no unit `{seen}` in accounts.yaml, and no code to make one " \
          "with", "accounts.yaml không có đơn vị `{seen}`, và dòng này không có mã để thêm mới") \
        N(ROW_UNIT_TWICE, "row-unit-twice", ERROR, "unit `{seen}` already stands in row {want}", \
          "đơn vị `{seen}` đã có ở dòng {want}") \
        N(ROW_NAME_DIFFERS, "row-name-differs", WARNING, "the list calls it `{seen}`, accounts.yaml `{want}`; the " \
          "name was kept", "danh sách ghi `{seen}`, accounts.yaml ghi `{want}`; giữ tên cũ") \
        N(ROW_PERSON_KEPT, "row-person-kept", WARNING, "the list has `{seen}`, accounts.yaml `{want}`; the person " \
          "was kept", "danh sách ghi `{seen}`, accounts.yaml ghi `{want}`; giữ người cũ") \
        N(ROW_PERSON_LEFT, "row-person-left", WARNING, "`{seen}` was left out: expected `Name <address>`, or a name " \
          "with its address in a column such as focal-email", \
          "đã bỏ qua `{seen}`: cần `Họ tên <địa chỉ thư>`, hoặc họ tên và địa chỉ ở một cột như `email đầu mối`") \
        N(ROW_INVALID, "row-invalid", ERROR, "`{seen}` does not fit; expected {want}", \
          "`{seen}` không hợp lệ; cần {want}")
