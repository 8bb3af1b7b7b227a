# Syntax that old servers took.
@norun gone from the server
CREATE TABLE t (a INT) TYPE=MyISAM
= create s.t (a int)
CREATE TABLE t (a INT) TYPE = InnoDB COMMENT='x'
= create s.t (a int) comment='x'
CREATE TABLE t (a TIMESTAMP(14), b YEAR(2))
= create s.t (a timestamp(14), b year(2))
CREATE TABLE t (a DECIMAL(10,2), b DOUBLE(5,2), KEY k USING RTREE (a))
= create s.t (a decimal(10,2), b double(5,2); key k(a))
CREATE TABLE t (a INT) RAID_TYPE=1
= create s.t (a int)
CREATE TABLE t (a INT) ENGINE=ndbcluster TABLESPACE ts STORAGE DISK
= create s.t (a int)
CREATE TABLE t (a INT, b INT) ENGINE=InnoDB PARTITION BY RANGE (a) (PARTITION p0 VALUES LESS THAN (1) DATA DIRECTORY = '/x' NODEGROUP = 1 TABLESPACE = ts)
= create s.t (a int, b int)
CREATE TABLE t (.a INT, t.b INT)
= create s.t (a int, b int)
DROP DATABASE IF EXISTS `#mysql50#a-b`
= dropdb if-exists `#mysql50#a-b`
ALTER TABLE t ADD t.e INT AFTER t.a
= alter s.t: add e int after a
