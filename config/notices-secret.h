/* SPDX-License-Identifier: MIT */
/* Part of THE TABLE of notices.h: passwords and keys that the files ask for (config/secrets-check). No finding ever
 * shows a byte of what stands where a password belongs. */
#pragma once

/* clang-format off */
#define NOTICE_TABLE_SECRET(N) \
        N(SECRETS_UNSEEN, "secrets-unseen", WARNING, "passwords were not looked at: {seen}; {want}", \
          "chưa xem được mật khẩu: {seen}; {want}") \
        N(SECRET_MISSING, "secret-missing", ERROR, "there is no file {seen}; expected {want}", \
          "không có tệp {seen}; cần {want}") \
        N(SECRET_UNSAFE, "secret-unsafe", ERROR, "not private ({seen}): expected {want}", \
          "tệp mật chưa kín ({seen}): cần {want}") \
        N(SECRET_LINE, "secret-line", ERROR, "this line cannot be used; expected {want}", \
          "dòng này không dùng được; cần {want}") \
        N(SECRET_TWICE, "secret-twice", ERROR, "a second line for the account of line {want}", \
          "dòng thứ hai cho tài khoản đã có ở dòng {want}") \
        N(SECRET_SWAPPED, "secret-swapped", ERROR, "password and account have changed places; expected {want}", \
          "mật khẩu và tài khoản bị đổi chỗ; cần {want}") \
        N(SECRET_UNUSED, "secret-unused", WARNING, "the source `{seen}` has no account of the name on this line", \
          "nguồn `{seen}` không có tài khoản nào tên như ở dòng này") \
        N(SECRET_NONE, "secret-none", ERROR, "the account `{seen}` has no line in {want}", \
          "tài khoản `{seen}` chưa có dòng nào trong {want}") \
        N(SECRET_FILE_UNUSED, "secret-file-unused", WARNING, "nothing asks for the file {seen}", \
          "không có gì dùng đến tệp {seen}") \
        N(SECRET_HANDED, "secret-handed-over", NOTE, "root alone may read {seen}: the service has it only when its " \
          "unit says LoadCredential={seen}:{want}", \
          "chỉ root đọc được {seen}: dịch vụ chỉ có khi đơn vị systemd ghi LoadCredential={seen}:{want}")
