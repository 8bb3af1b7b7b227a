-- Documents, and the functions that change a part of one.
-- rows
CREATE DATABASE case_json CHARACTER SET utf8mb4;
USE case_json;
CREATE TABLE docs (id INT PRIMARY KEY, j JSON, n JSON NOT NULL, k INT AS (j->'$.k') VIRTUAL, KEY by_k (k));
INSERT INTO docs (id, j, n) VALUES (1, '{"k": 1, "a": {"b": [1, 2, {"c": null}]}}', '[]'), (2, NULL, '{}'), (3, '"x"', '0');
UPDATE docs SET j = JSON_SET(j, '$.k', 5, '$.a.b[0]', 'first', '$.z', JSON_ARRAY(1, 'two'));
UPDATE docs SET j = JSON_INSERT(j, '$.k', 6, '$.new', TRUE) WHERE id = 1;
UPDATE docs SET j = JSON_REPLACE(j, '$.a.b[1]', 2.50, '$.none', 1) WHERE id = 1;
UPDATE docs SET j = JSON_REMOVE(j, '$.z', '$.a.b[0]') WHERE id = 1;
UPDATE docs SET j = JSON_ARRAY_APPEND(j, '$.a.b', 9) WHERE id = 1;
UPDATE docs SET j = JSON_ARRAY_INSERT(j, '$.a.b[0]', 'zero') WHERE id = 1;
UPDATE docs SET j = JSON_MERGE_PATCH(j, '{"a": null, "m": {"p": 1}}') WHERE id = 1;
UPDATE docs SET j = JSON_MERGE_PRESERVE(j, '{"m": {"p": 2}}') WHERE id = 1;
UPDATE docs SET n = JSON_OBJECT('id', id, 'when', DATE'2020-01-01', 'dec', 1.10, 'nested', j);
INSERT INTO docs (id, n) VALUES (4, '{"numbers": [0, -0, 1e2, 1E-2, 12345678901234567890, 0.1, -1.5, 100, 1.0]}');
INSERT INTO docs (id, n) VALUES (5, '{"text": ["", "\\u00e9", "\\ud83d\\ude00", "\\\\ \\" \\/ \\b \\f \\n \\r \\t", "\\u0000\\u001f\\u007f"]}');
INSERT INTO docs (id, n) VALUES (6, '{"": {"": {"": []}}, "b": 1, "aa": 2, "a": 3, "a": 4}');
INSERT INTO docs (id, n) VALUES (7, CONCAT('[', REPEAT('{"a":', 40), '1', REPEAT('}', 40), ']'));
INSERT INTO docs (id, n) SELECT 8, JSON_ARRAYAGG(k) FROM (WITH RECURSIVE s (k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM s WHERE k < 300) SELECT k FROM s) t;
INSERT INTO docs (id, n) VALUES (9, JSON_OBJECT('b', TRUE, 'n', NULL, 'bin', X'00FF', 'time', CAST('10:11:12' AS TIME), 'year', CAST(2020 AS YEAR), 'bits', b'101'));
UPDATE docs SET n = JSON_SET(n, '$.b', FALSE) WHERE id = 9;
UPDATE docs SET j = n;
ALTER TABLE docs ADD COLUMN tags JSON DEFAULT (JSON_ARRAY()), ADD INDEX by_tags ((CAST(tags AS UNSIGNED ARRAY)));
UPDATE docs SET tags = '[1, 2, 3]' WHERE id = 1;
ALTER TABLE docs DROP INDEX by_tags;
DELETE FROM docs;
