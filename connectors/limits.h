/* SPDX-License-Identifier: MIT */
/* Every maximum on bytes from outside, in one list. Reaching one is a named error, never a silent cut. */
#pragma once

#define LIMIT_BODY_BYTES (16u << 20)      /* one decoded response body */
#define LIMIT_LOGIN_BODY_BYTES (1u << 20)
#define LIMIT_HEADER_BYTES (64u << 10)    /* all header lines of one response */
#define LIMIT_RECORD_BYTES (256u << 10)   /* one record span */
#define LIMIT_FIELD_BYTES (64u << 10)     /* one text field after decoding */
#define LIMIT_LIST_MEMBERS 256            /* members of one list field */
#define LIMIT_JSON_DEPTH 32
#define LIMIT_PAGES 20000                 /* of one listing */
#define LIMIT_PAGE_RECORDS 5000
#define LIMIT_LISTING_RECORDS 10000000
#define LIMIT_LISTING_REQUESTS 1000000    /* log-ins not counted */
#define LIMIT_LISTING_SECONDS 14400
#define LIMIT_REDIRECTS 5
#define LIMIT_SESSION_BYTES (64u << 10)
#define LIMIT_REQUEST_SECONDS 120         /* one request, whole */
#define LIMIT_CONNECT_SECONDS 20
#define LIMIT_LOW_SPEED_BYTES 100         /* a second, over LIMIT_LOW_SPEED_SECONDS */
#define LIMIT_LOW_SPEED_SECONDS 30
#define LIMIT_RETRY_AFTER_SECONDS 21600   /* a longer Retry-After ends the run as rate-limited */
#define LIMIT_REQUEST_TRIES 3             /* tries of one request within a listing */
#define LIMIT_LISTING_RETRIES 20          /* all of one listing, and one more for every 20 requests */
#define LIMIT_MAIL_BYTES (1u << 20)
#define LIMIT_ATTEMPT_BYTES (1u << 20) /* of an attempt file; what stands beyond it is not read */
#define LIMIT_OUTPUT_BYTES (4u << 10)  /* kept of a delivery program's output */
#define LIMIT_FILE_BYTES (32u << 20)      /* one file of a drop folder */
#define LIMIT_FILE_RECORDS 100000         /* of one file */
#define LIMIT_ROWS_BYTES (64u << 20)      /* the records of one file or page, as JSON */
#define LIMIT_ROWS_NAMES (4u << 20)       /* headers, and what is kept of the rows above them */
#define LIMIT_DECODE_SECONDS 15           /* of the processor, for one file or page: the loop waits meanwhile */
#define LIMIT_COLUMNS 512                 /* of one table */
#define LIMIT_HEADER_SEARCH 40            /* rows among which a header is looked for */
#define LIMIT_HTML_TABLES 1000            /* of one page */
#define LIMIT_HTML_DEPTH 512              /* elements within each other: what browsers keep */
#define LIMIT_XLSX_ENTRIES 4096           /* files within a workbook */
#define LIMIT_XLSX_PART_BYTES (256u << 20) /* one of them, unpacked */
#define LIMIT_XLSX_READ_BYTES (512u << 20) /* of all of them; a sheet is read two or three times */
#define LIMIT_XLSX_STRING_BYTES (48u << 20) /* all shared texts of a workbook */
#define LIMIT_XLSX_STRINGS (2u << 20)
#define LIMIT_XLSX_DEPTH 64               /* of its XML */
#define LIMIT_XLSX_MERGES 100000          /* merged cells of one sheet */
#define LIMIT_XLSX_STYLES 65536
