-- Strings in documents that look like a time of day or a date with a fraction are temporal values here.
CREATE TABLE t (id INT PRIMARY KEY, j JSON, k JSON);
-- rows
INSERT INTO t VALUES (1, '{}', '[]');
INSERT INTO t VALUES (2, '{"a": 1, "b": [1, 2.5, true, false, null], "c": {"d": {}}}', '"text"');
INSERT INTO t VALUES (3, 'null', 'true'), (4, '1', '-1'), (5, '""', '"é😀\\u0001\\n\\"\\\\/"'), (6, NULL, NULL);
INSERT INTO t VALUES (7, '[0, 1, -1, 127, 128, -32768, 32767, 32768, 65535, 65536, 2147483647, 2147483648, -2147483648, -2147483649, 4294967295, 4294967296, 9223372036854775807, -9223372036854775808, 18446744073709551615]', '[9223372036854775808]');
INSERT INTO t VALUES (8, '[0.1, 1.5, 1e20, 1e-7, 12345678.9, 1e308, -2.5, 100.25]', '1.0');
INSERT INTO t VALUES (9, JSON_ARRAY(CAST('1.50' AS DECIMAL(10, 2)), CAST('-0.10' AS DECIMAL(10, 2)), CAST('12345678901234567890.10' AS DECIMAL(40, 2))), '{}');
INSERT INTO t VALUES (10, JSON_ARRAY(CAST('2015-01-15' AS DATE), CAST('2015-01-15 23:24:25.12' AS DATETIME(6)), CAST('2015-01-15 23:24:25' AS DATETIME), CAST('23:24:25' AS TIME), CAST('23:24:25.5' AS TIME(1))), JSON_ARRAY(CAST('-01:00:00' AS TIME), CAST('-13:14:50.5' AS TIME(6)), CAST('-838:59:59' AS TIME), CAST('-00:00:00.000001' AS TIME(6))));
INSERT INTO t VALUES (11, JSON_OBJECT('b', X'CAFEBABE', 'e', CAST('' AS BINARY), 'bit', b'1010'), JSON_OBJECT('y', CAST(2020 AS YEAR)));
INSERT INTO t VALUES (12, JSON_OBJECT('bb', 1, 'a', 2, 'ccc', 3, '', 4, 'é', 5, 'k"q', 6), CONCAT('"', REPEAT('x', 200), '"'));
INSERT INTO t VALUES (13, CONCAT('["', REPEAT('y', 70000), '", 1, {"a": 2}]'), CONCAT('{"k', REPEAT('z', 300), '": [[[[[]]]]]}'));
UPDATE t SET j = JSON_SET(j, '$.a', 5, '$.new', 'v') WHERE id = 2;
UPDATE t SET j = JSON_REMOVE(j, '$.b[1]'), k = '"other"' WHERE id = 2;
UPDATE t SET j = JSON_SET(j, '$.c.d', JSON_ARRAY(1, 2)) WHERE id = 2;
UPDATE t SET j = JSON_REPLACE(j, '$[1]', 7, '$[2].a', 'longer than before') WHERE id = 13;
UPDATE t SET j = JSON_ARRAY_APPEND(j, '$', 'end') WHERE id IN (1, 7, 8, 10);
UPDATE t SET j = NULL WHERE id = 12;
UPDATE t SET j = JSON_OBJECT('was', 'null') WHERE id = 6;
DELETE FROM t;
