-- only metadata FULL: information_schema shows such labels with "?" in place of what lies above U+FFFF.
CREATE TABLE t (id INT PRIMARY KEY, e ENUM('😀', 'é😀'), s SET('a', '😀', '𝄞'));
-- rows
INSERT INTO t VALUES (1, '😀', '𝄞,a'), (2, 'é😀', '😀');
UPDATE t SET e = 'é😀', s = 'a,😀,𝄞' WHERE id = 1;
DELETE FROM t;
