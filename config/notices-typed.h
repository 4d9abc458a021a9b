/* SPDX-License-Identifier: MIT */
/* Part of THE TABLE of notices.h: what can be wrong with one file by itself. */
#pragma once

/* clang-format off */
#define NOTICE_TABLE_TYPED(N) \
        /* bytes and YAML: config/load */ \
        N(FILE_MISSING, "file-missing", ERROR, "the file cannot be read: {seen}", "không đọc được tệp: {seen}") \
        N(FILE_SIZE, "file-too-large", ERROR, "larger than {want}", "lớn hơn {want}") \
        N(FILE_EMPTY, "file-empty", ERROR, "nothing stands in this file", "tệp không có nội dung gì") \
        N(UTF8, "utf8-invalid", ERROR, "not UTF-8 text: save the file as UTF-8", \
          "không phải chữ UTF-8: hãy lưu tệp dạng UTF-8") \
        N(TAB, "tab", ERROR, "a tab character: use spaces", "có dấu tab: hãy dùng dấu cách") \
        N(NBSP, "nbsp", ERROR, "a no-break space (often pasted from Word): type an ordinary space", \
          "có dấu cách không ngắt (thường do dán từ Word): hãy gõ dấu cách thường") \
        N(INVISIBLE, "invisible-character", ERROR, "an invisible character {seen}: delete it", \
          "có ký tự vô hình {seen}: hãy xóa") \
        N(CONTROL, "control-character", ERROR, "a control character {seen} is not allowed", \
          "không được có ký tự điều khiển {seen}") \
        N(SYNTAX, "yaml-syntax", ERROR, "this is not YAML: {seen}{want}", "sai cú pháp YAML ({seen}){want}") \
        N(DOCUMENTS, "several-documents", ERROR, "a second document (`---`): one file holds one", \
          "có tài liệu thứ hai (`---`): mỗi tệp chỉ một") \
        N(ANCHOR, "yaml-anchor", ERROR, "`&` begins an anchor in YAML: write the value out, or put it in double " \
          "quotes", \
          "YAML hiểu dấu `&` ở đầu là mỏ neo: hãy viết đủ giá trị, hoặc đặt trong ngoặc kép \"\"") \
        N(ALIAS, "yaml-alias", ERROR, "`*` begins an alias in YAML: write the value out, or put it in double quotes", \
          "YAML hiểu dấu `*` ở đầu là tham chiếu: hãy viết đủ giá trị, hoặc đặt trong ngoặc kép \"\"") \
        N(TAG, "yaml-tag", ERROR, "`!` begins a tag in YAML: put the value in double quotes", \
          "YAML hiểu dấu `!` ở đầu là nhãn: hãy đặt giá trị trong ngoặc kép \"\"") \
        N(FLOW, "yaml-flow", ERROR, "`{` or `[` begins a flow collection: write one value a line, without brackets", \
          "không dùng ngoặc `{` hay `[`: mỗi giá trị một dòng") \
        N(LIST, "yaml-list", ERROR, "a list (`-`) is not used here: write `key: value`", \
          "ở đây không dùng danh sách (`-`): hãy viết `khóa: giá trị`") \
        N(BLOCK, "yaml-block", ERROR, "a value stands on one line: `|` and `>` are not used", \
          "giá trị viết trên một dòng: không dùng `|` và `>`") \
        N(COLON, "colon-missing", ERROR, "after a key come a colon and a space: `key: value`, on one line", \
          "sau khóa phải có dấu hai chấm và một dấu cách: `khóa: giá trị`, trên cùng một dòng") \
        N(SEVERAL_LINES, "value-several-lines", ERROR, "the value runs on over several lines: write it on one line", \
          "giá trị tràn sang dòng sau: hãy viết trên một dòng") \
        N(COMMENT_SPACE, "comment-one-space", ERROR, "what follows ` #` is lost as a comment: a comment takes two " \
          "spaces before `#`; " \
          "a `#` in the value needs double quotes", "phần sau ` #` bị bỏ vì thành ghi chú: ghi chú phải cách hai " \
            "dấu cách; nếu `#` thuộc giá trị thì đặt trong ngoặc kép \"\"") \
        N(SMART_QUOTE, "smart-quote", ERROR, "the value stands in typographic quotes {seen}: delete them", \
          "giá trị nằm trong ngoặc kiểu Word {seen}: hãy bỏ đi") \
        N(KEY_TWICE, "key-twice", ERROR, "`{seen}` stands here a second time; first on line {want}", \
          "`{seen}` đã có ở dòng {want}, đây là lần thứ hai") \
        N(KEY_SHAPE, "key-shape", ERROR, "a key is one word or code, at most 128 bytes", \
          "khóa là một từ hoặc mã, dài không quá 128 byte") \
        N(TOO_DEEP, "too-deep", ERROR, "indented too deep: at most {want} levels", \
          "thụt vào quá sâu: nhiều nhất {want} cấp") \
        N(TOO_MUCH, "too-much", ERROR, "more than {want}", "quá {want}") \
        /* keys and values: config/schema */ \
        N(SECRET, "secret-in-yaml", ERROR, "a password, token or secret never stands in YAML; it belongs in {want}", \
          "không ghi mật khẩu, mã bí mật vào YAML; hãy ghi vào {want}") \
        N(KEY_UNKNOWN, "key-unknown", ERROR, "no such key", "không có khóa này") \
        N(KEY_MISSING, "key-missing", ERROR, "`{seen}` is missing: {want}", "thiếu `{seen}`: {want}") \
        N(SECTION_WANTED, "section-wanted", ERROR, "here an indented section is expected, not a value", \
          "ở đây cần một mục có các dòng thụt vào, không phải một giá trị") \
        N(VALUE_WANTED, "value-wanted", ERROR, "here one value is expected: {want}", "ở đây cần một giá trị: {want}") \
        N(VALUE_INVALID, "value-invalid", ERROR, "`{seen}` does not fit; expected {want}", \
          "`{seen}` không hợp lệ; cần {want}") \
        N(RANGE, "value-range", ERROR, "`{seen}` is out of range; expected {want}", \
          "`{seen}` ngoài khoảng cho phép; cần {want}") \
        N(DATE_IMPOSSIBLE, "date-impossible", ERROR, "there is no such day as {seen}", "không có ngày {seen}") \
        N(ADDRESS, "address-invalid", ERROR, "`{seen}` is not a mail address", "`{seen}` không phải địa chỉ thư") \
        N(URL_PLAIN, "url-not-https", ERROR, "plain http goes only to this machine (127.0.0.1, [::1]); use https", \
          "chỉ dùng http cho chính máy này (127.0.0.1, [::1]); hãy dùng https")
