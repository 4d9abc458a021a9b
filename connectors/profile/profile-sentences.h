/* SPDX-License-Identifier: MIT */
/* The sentences of profile errors in both languages; {1}..{3} are replaced. Private to profile-read.c. */
#pragma once

#include "connectors/profile/profile-read.h"

typedef struct ProfileSentence {
        const char *code, *en, *vi;
} ProfileSentence;

static const ProfileSentence profile_sentences[PROFILE_MESSAGE_COUNT] = {
        [PROFILE_KEY_UNKNOWN] = { "key-unknown", "no such key here", "không có khóa này ở đây" },
        [PROFILE_KEY_MISSING] = { "key-missing", "the key `{1}` is missing", "thiếu khóa `{1}`" },
        [PROFILE_WANTS_MAP] = { "type", "expected keys with values below this one",
                                "cần các dòng `khóa: giá trị` ở dưới" },
        [PROFILE_WANTS_LIST] = { "type", "expected a list, one line `- ...` for each",
                                 "cần một danh sách, mỗi mục một dòng `- ...`" },
        [PROFILE_WANTS_TEXT] = { "type", "expected one value on this line", "cần một giá trị trên dòng này" },
        [PROFILE_NOT_ONE_OF] = { "value", "`{1}` is none of: {2}", "`{1}` không thuộc: {2}" },
        [PROFILE_NOT_NUMBER] = { "value", "`{1}` is no whole number of {2} to {3}",
                                 "`{1}` không phải số nguyên từ {2} đến {3}" },
        [PROFILE_SELECTOR] = { "selector", "`{1}` is no selector: at character {2}: {3}",
                               "`{1}` không phải đường dẫn chọn: tại ký tự {2}: {3}" },
        [PROFILE_SELECTOR_PATH] = { "selector",
                                    "`{1}` cannot be the path of a list: no index from the end, and after .. a name",
                                    "`{1}` không thể là đường dẫn của danh sách: không đếm từ cuối, sau .. phải là "
                                    "tên" },
        [PROFILE_SELECTOR_ROOT] = { "selector",
                                    "`{1}` cannot match: the values of a record lie at its names: $.name; those of a "
                                    "row that is a list at $['#1'], $['#2'] ...",
                                    "`{1}` không thể khớp: giá trị của bản ghi nằm ở các tên của nó: $.tên; nếu dòng "
                                    "là danh sách thì ở $['#1'], $['#2'] ..." },
        [PROFILE_SELECTOR_ONE] = { "selector", "`{1}` ends in [*], but one value is wanted here",
                                   "`{1}` kết thúc bằng [*], nhưng ở đây cần đúng một giá trị" },
        [PROFILE_PATH] = { "value", "`{1}` is no path: it begins with one / and holds no blanks, ? or #",
                           "`{1}` không phải đường dẫn: phải bắt đầu bằng một dấu /, không có dấu cách, ? hay #" },
        [PROFILE_NAME] = { "value", "`{1}` cannot be a name: 1 to 100 characters without control characters",
                           "`{1}` không thể là tên: 1 đến 100 ký tự, không có ký tự điều khiển" },
        [PROFILE_HEADER] = { "value", "`{1}` cannot be sent as a header", "`{1}` không gửi được trong tiêu đề HTTP" },
        [PROFILE_PLACEHOLDER] = { "placeholder", "`{1}`: only these can be filled in here: {2}",
                                  "`{1}`: ở đây chỉ điền được: {2}" },
        [PROFILE_TEMPLATE_FORMAT] = { "placeholder",
                                      "`{1}` is no form of a time: iso, epoch, epoch-ms, or a pattern of yyyy MM dd HH "
                                      "mm "
                                      "ss",
                                      "`{1}` không phải dạng thời gian: iso, epoch, epoch-ms, hoặc mẫu gồm yyyy MM dd "
                                      "HH "
                                      "mm ss" },
        [PROFILE_TEMPLATE_USELESS] = { "placeholder", "<{1}> is no time: it takes no form",
                                       "<{1}> không phải thời gian: không có dạng" },
        [PROFILE_TEMPLATE_UNCLOSED] = { "placeholder", "`<{1}` is not closed: write <{1}>, or with a form <{1}:FORM>",
                                        "`<{1}` chưa đóng: hãy viết <{1}>, hoặc kèm dạng <{1}:DẠNG>" },
        [PROFILE_JSON] = { "json", "`{1}` is no JSON: {2}", "`{1}` không phải JSON: {2}" },
        [PROFILE_JSON_BARE] = { "json", "<{1}> must stand inside quotes", "<{1}> phải đặt trong dấu ngoặc kép" },
        [PROFILE_HOST] = { "value", "`{1}` is no host name", "`{1}` không phải tên máy chủ" },
        [PROFILE_SIZE] = { "value", "`{1}` is no size of {2} to {3}", "`{1}` không phải cỡ từ {2} đến {3}" },
        [PROFILE_ZONE] = { "value", "`{1}` is no zone: write +07:00 or Z",
                           "`{1}` không phải múi giờ: viết +07:00 hoặc Z" },
        [PROFILE_DATE_FORMAT] = { "date-format",
                                  "`{1}` is no date format: iso, vn, epoch, epoch-ms, excel, excel-1904, dotnet, or a "
                                  "pattern of yyyy MM dd HH mm ss",
                                  "`{1}` không phải dạng ngày: iso, vn, epoch, epoch-ms, excel, excel-1904, dotnet, "
                                  "hoặc mẫu gồm yyyy MM dd HH mm ss" },
        [PROFILE_KEY_USELESS] = { "key-useless", "`{1}` means nothing with {2}", "`{1}` không có nghĩa với {2}" },
        [PROFILE_KEY_NEEDS] = { "key-missing", "`{1}` needs `{2}`", "`{1}` cần có `{2}`" },
        [PROFILE_AS_OF] = { "as-of",
                            "`{1}` says no date: mtime, name DATE-FORMAT (name yyyy-MM-dd), cell B2, or column NAME",
                            "`{1}` không cho biết ngày số liệu: mtime, name DẠNG-NGÀY (name yyyy-MM-dd), cell B2, hoặc "
                            "column TÊN-CỘT" },
        [PROFILE_PAGING_UNTOLD] = { "key-missing",
                                    "nothing tells the system which page is wanted: give `{1}`, or write <{2}> where "
                                    "it "
                                    "belongs",
                                    "chưa có gì cho hệ thống biết cần trang nào: ghi `{1}`, hoặc đặt <{2}> vào chỗ "
                                    "cần" },
        [PROFILE_EACH] = { "value",
                           "`{1}`: write `unit`, or below this key `period: ...`, or `path`, `list` and `value`",
                           "`{1}`: ghi `unit`, hoặc ghi dưới khóa này `period: ...`, hoặc `path`, `list` và `value`" },
        [PROFILE_EACH_MONTH] = { "value", "`{1}` is no month: write 2025-03, or 2025",
                                 "`{1}` không phải tháng: viết 2025-03, hoặc 2025" },
        [PROFILE_EACH_ORDER] = { "value", "`{1}` stands before {2}", "`{1}` đứng trước {2}" },
        [PROFILE_NO_STREAMS] = { "streams", "no stream is described", "chưa mô tả luồng nào" },
        [PROFILE_TOTAL_IN_LIST] = { "selector", "`{1}` cannot match: it lies inside the list {2}",
                                    "`{1}` không thể khớp: nó nằm trong danh sách {2}" },
        [PROFILE_FIELD_KIND] = { "field", "`{1}` is no field of a {2}", "`{1}` không phải trường của {2}" },
        [PROFILE_FIELD_SOURCE] = { "field",
                                   "exactly one of `from`, `first-of`, `join`, `constant`, `account-unit` says where "
                                   "the "
                                   "value comes from",
                                   "cần đúng một trong `from`, `first-of`, `join`, `constant`, `account-unit` cho biết "
                                   "giá trị lấy từ đâu" },
        [PROFILE_FIELD_TWICE] = { "field", "`{1}` is set by a vocabulary already",
                                  "`{1}` đã được một bảng từ đặt giá trị" },
        [PROFILE_CODE_UNIT] = { "field", "codes-per-unit needs the field `lead`", "codes-per-unit cần trường `lead`" },
        [PROFILE_WORDS_UNKNOWN] = { "words", "there is no vocabulary `{1}` under `words`",
                                    "không có bảng từ `{1}` trong `words`" },
        [PROFILE_WORDS_UNUSED] = { "words", "no field uses the vocabulary `{1}`",
                                   "không trường nào dùng bảng từ `{1}`" },
        [PROFILE_WORD_MEANING] = { "words", "`{1}` is nothing for {2}; it takes {3}",
                                   "`{1}` không dùng được cho {2}; cần {3}" },
        [PROFILE_WORD_TWICE] = { "words", "`{1}` has two meanings in this vocabulary",
                                 "`{1}` có hai nghĩa trong bảng từ này" },
        [PROFILE_WORDS_WANTED] = { "words", "`{1}` is read by a vocabulary: name one with `words`",
                                   "`{1}` đọc qua bảng từ: ghi tên bảng ở `words`" },
        [PROFILE_SPAN] = { "value", "`{1}` is no length of time: write 30 seconds, 15 minutes, 2 hours or 1 day",
                           "`{1}` không phải khoảng thời gian: viết 30 seconds, 15 minutes, 2 hours hoặc 1 day" },
        [PROFILE_TOO_MANY] = { "value", "more than {1} of them", "nhiều hơn {1} mục" },
        [PROFILE_ONE_OF] = { "key-missing", "exactly one of these is wanted here: {1}",
                             "ở đây cần đúng một trong: {1}" },
        [PROFILE_STEP_TARGET] = { "value", "`{1}` is no address: write a path, or one name that an earlier step took",
                                  "`{1}` không phải địa chỉ: ghi đường dẫn, hoặc một tên mà bước trước đã lấy" },
        [PROFILE_TAKE] = { "take",
                           "`{1}` takes from nothing: write input NAME, meta NAME, cookie NAME, header NAME, json "
                           "SELECTOR or action",
                           "`{1}` không cho biết lấy ở đâu: ghi input TÊN, meta TÊN, cookie TÊN, header TÊN, json "
                           "ĐƯỜNG "
                           "DẪN hoặc action" },
        [PROFILE_TAKE_NAME] = { "take",
                                "`{1}` cannot be a name of something taken: letters, digits, . - _, and not account or "
                                "secret",
                                "`{1}` không thể là tên của giá trị lấy ra: chỉ chữ không dấu, số, . - _, và không "
                                "phải "
                                "account hay secret" },
        [PROFILE_NO_TOKEN] = { "take", "no step takes `{1}`", "không bước nào lấy `{1}`" },
        [PROFILE_NO_PROOF] = { "key-missing",
                               "nothing proves that the login went well: name `proof-path` with `proof-text` or "
                               "`proof`",
                               "không có gì chứng tỏ đã đăng nhập được: ghi `proof-path` với `proof-text` hoặc "
                               "`proof`" },
};
