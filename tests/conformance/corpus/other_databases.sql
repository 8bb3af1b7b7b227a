-- only metadata FULL: the structure of a table that comes from outside is in no catalog of what is captured.
-- Databases that are not captured beside one that is, and tables that move between them.
CREATE DATABASE case_inside;
CREATE DATABASE outside;
CREATE TABLE case_inside.t (id INT PRIMARY KEY, v INT);
CREATE TABLE outside.t (id INT PRIMARY KEY, v INT);
CREATE TABLE outside.moves_in (id INT PRIMARY KEY, v VARCHAR(10), w INT);
-- rows
USE outside;
INSERT INTO t VALUES (1, 1), (2, 2);
INSERT INTO case_inside.t SELECT * FROM t;
UPDATE t JOIN case_inside.t i ON i.id = t.id SET t.v = 10, i.v = 20;
ALTER TABLE t ADD COLUMN w INT;
CREATE TABLE more (id INT PRIMARY KEY);
INSERT INTO more VALUES (1);
BEGIN;
UPDATE t SET w = 1;
DELETE FROM case_inside.t WHERE id = 1;
DELETE FROM more;
COMMIT;
BEGIN;
UPDATE t SET w = 2;
COMMIT;
RENAME TABLE outside.moves_in TO case_inside.moved_in;
INSERT INTO case_inside.moved_in VALUES (1, 'in', 1);
ALTER TABLE case_inside.moved_in DROP COLUMN w;
UPDATE case_inside.moved_in SET v = 'still';
CREATE TABLE case_inside.like_outside LIKE outside.t;
INSERT INTO case_inside.like_outside VALUES (1, 2, 3);
RENAME TABLE case_inside.moved_in TO outside.moved_out;
UPDATE outside.moved_out SET v = 'unseen';
CREATE TABLE case_inside.selected_from_outside (PRIMARY KEY (id)) SELECT * FROM outside.t;
DROP TABLE more;
DROP DATABASE outside;
USE case_inside;
UPDATE t SET v = 99;
