-- Partitions and what moves rows between them; several rows and tables in one statement.
CREATE TABLE hashed (id INT PRIMARY KEY, v INT) PARTITION BY HASH (id) PARTITIONS 3;
CREATE TABLE ranged (id INT, y INT, v VARCHAR(10), PRIMARY KEY (id, y)) PARTITION BY RANGE (y) SUBPARTITION BY HASH (id) SUBPARTITIONS 2 (PARTITION p0 VALUES LESS THAN (2000), PARTITION p1 VALUES LESS THAN MAXVALUE);
CREATE TABLE parent (id INT PRIMARY KEY, v INT);
CREATE TABLE child (id INT PRIMARY KEY, parent_id INT);
-- rows
INSERT INTO hashed VALUES (1, 1), (2, 2), (3, 3), (4, 4);
UPDATE hashed SET v = v * 10;
UPDATE hashed SET id = id + 100;
DELETE FROM hashed;
INSERT INTO ranged VALUES (1, 1999, 'old'), (2, 2001, 'new');
UPDATE ranged SET y = 2005 WHERE id = 1;
UPDATE ranged SET v = 'both';
REPLACE INTO ranged VALUES (2, 2001, 'replaced'), (3, 1990, 'third');
INSERT INTO ranged VALUES (3, 1990, 'dup') ON DUPLICATE KEY UPDATE v = 'updated';
DELETE FROM ranged;
INSERT INTO parent VALUES (1, 1), (2, 2);
INSERT INTO child VALUES (10, 1), (20, 2);
UPDATE parent p JOIN child c ON c.parent_id = p.id SET p.v = p.v + 1, c.id = c.id + 1;
DELETE p, c FROM parent p JOIN child c ON c.parent_id = p.id WHERE p.id = 2;
DELETE FROM child;
DELETE FROM parent;
