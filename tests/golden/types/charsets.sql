-- Each column holds what its character set can, and a little of what only its own bytes can say.
CREATE TABLE t (
  id INT PRIMARY KEY,
  latin1 VARCHAR(40) CHARACTER SET latin1, latin2 VARCHAR(40) CHARACTER SET latin2, cp1250 VARCHAR(40) CHARACTER SET cp1250, cp1251 VARCHAR(40) CHARACTER SET cp1251, koi8r VARCHAR(40) CHARACTER SET koi8r, greek VARCHAR(40) CHARACTER SET greek,
  hebrew VARCHAR(40) CHARACTER SET hebrew, ascii_ VARCHAR(40) CHARACTER SET ascii, utf8mb3_ VARCHAR(40) CHARACTER SET utf8mb3, utf16_ VARCHAR(40) CHARACTER SET utf16, utf16le_ VARCHAR(40) CHARACTER SET utf16le, utf32_ VARCHAR(40) CHARACTER SET utf32, ucs2_ VARCHAR(40) CHARACTER SET ucs2,
  gbk_ VARCHAR(40) CHARACTER SET gbk, gb2312_ VARCHAR(40) CHARACTER SET gb2312, gb18030_ VARCHAR(40) CHARACTER SET gb18030, big5_ VARCHAR(40) CHARACTER SET big5, sjis_ VARCHAR(40) CHARACTER SET sjis, cp932_ VARCHAR(40) CHARACTER SET cp932, ujis_ VARCHAR(40) CHARACTER SET ujis, eucjpms_ VARCHAR(40) CHARACTER SET eucjpms,
  euckr_ VARCHAR(40) CHARACTER SET euckr, tis620_ VARCHAR(40) CHARACTER SET tis620, cp850_ VARCHAR(40) CHARACTER SET cp850, macroman_ VARCHAR(40) CHARACTER SET macroman,
  fixed CHAR(5) CHARACTER SET utf16, small TEXT CHARACTER SET gbk, big LONGTEXT CHARACTER SET latin1
);
-- rows
INSERT INTO t (id, latin1, latin2, cp1250, cp1251, koi8r, greek, hebrew, ascii_, utf8mb3_) VALUES (1, 'é€œ™ÿ', 'łčž', 'ěščř', 'Привет', 'Привет', 'Καλημέρα', 'שלום', 'plain', 'é中');
INSERT INTO t (id, utf16_, utf16le_, utf32_, ucs2_, gbk_, gb2312_, gb18030_, big5_) VALUES (2, 'é中😀', 'é中😀', 'é中😀', 'é中', '中文€', '中文', '中文😀€', '中文');
INSERT INTO t (id, sjis_, cp932_, ujis_, eucjpms_, euckr_, tis620_, cp850_, macroman_) VALUES (3, '日本ｱ', '日本①', '日本ｱ', '日本①', '한국', 'สวัสดี', 'éß', 'éΩ');
INSERT INTO t (id, latin1, big) VALUES (4, _latin1 X'818D8F909D', _latin1 X'00017F80819FA0FF');
INSERT INTO t (id, fixed, small, big) VALUES (5, 'a😀', '中文', REPEAT('é', 300));
INSERT INTO t (id, latin1, utf16_, gbk_) VALUES (6, '', '', '');
INSERT INTO t (id) VALUES (7);
UPDATE t SET latin1 = 'ü', gbk_ = '好', utf16_ = '𝄞', small = '文', big = 'ö';
DELETE FROM t;
