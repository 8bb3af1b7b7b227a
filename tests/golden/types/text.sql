CREATE TABLE t (id INT PRIMARY KEY, c CHAR(10), c0 CHAR(0), v VARCHAR(100), vl VARCHAR(1000), tt TINYTEXT, tx TEXT, mt MEDIUMTEXT, lt LONGTEXT, n VARCHAR(20) NOT NULL DEFAULT 'd\'f');
CREATE TABLE in_key (k VARCHAR(40), c CHAR(3), v INT, PRIMARY KEY (k, c));
-- rows
INSERT INTO t VALUES (1, '', '', '', '', '', '', '', '', '');
INSERT INTO t VALUES (2, 'ab  ', '', 'trail  ', 'é中文', '"q"', 'back\\slash', 'line\nfeed\ttab\r', '😀 astral 𝄞', '/slash');
INSERT INTO t VALUES (3, 'ünïcödé', NULL, CHAR(1, 2, 8, 12, 31, 127 USING utf8mb4), REPEAT('x', 300), REPEAT('y', 255), REPEAT('é', 1000), REPEAT('😀', 500), REPEAT('abc', 3000), '\0nul');
INSERT INTO t (id) VALUES (4);
INSERT INTO t VALUES (5, '😀😀', '', _utf8mb4 X'E280A8E280A9', _utf8mb4 X'EFBFBFEFBFBE', _utf8mb4 X'F48FBFBF', 'x', '<>&\'', 'z', 'w');
UPDATE t SET v = CONCAT(v, '!'), lt = CONCAT(lt, '😀');
UPDATE t SET c = NULL, tx = NULL WHERE id = 3;
DELETE FROM t;
INSERT INTO in_key VALUES ('a"b', 'é', 1), ('😀', '', 2), ('\\', 'x', 3);
UPDATE in_key SET v = v + 1;
UPDATE in_key SET k = CONCAT(k, '\n');
DELETE FROM in_key;
