# What MariaDB adds.
@norun MariaDB's syntax

ALTER TABLE t ADD COLUMN IF NOT EXISTS c INT
= alter s.t: add if-not-exists c int
ALTER TABLE t ADD IF NOT EXISTS c INT AFTER b, ADD COLUMN IF NOT EXISTS d INT
= alter s.t: add if-not-exists c int after b; add if-not-exists d int
ALTER TABLE t DROP COLUMN IF EXISTS c, DROP IF EXISTS d
= alter s.t: drop if-exists c; drop if-exists d
ALTER TABLE t MODIFY COLUMN IF EXISTS c BIGINT
= alter s.t: change if-exists c -> c bigint
ALTER TABLE t CHANGE COLUMN IF EXISTS c d BIGINT FIRST
= alter s.t: change if-exists c -> d bigint first
ALTER TABLE t RENAME COLUMN IF EXISTS a TO b, RENAME INDEX IF EXISTS i TO j
= alter s.t: rename if-exists a -> b; renamekey if-exists i -> j
ALTER TABLE t ALTER COLUMN IF EXISTS c SET DEFAULT 5
= alter s.t: default if-exists c='5'
ALTER TABLE t ADD INDEX IF NOT EXISTS i (a), ADD UNIQUE KEY IF NOT EXISTS u (b)
= alter s.t: addkey if-not-exists key i(a); addkey if-not-exists unique u(b)
ALTER TABLE t DROP INDEX IF EXISTS i, DROP CONSTRAINT IF EXISTS c, DROP FOREIGN KEY IF EXISTS f
= alter s.t: dropkey if-exists i; dropkey if-exists c
ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY IF NOT EXISTS (a) REFERENCES u (id)
= alter s.t: addkey if-not-exists foreign f(a)
ALTER TABLE t ADD PARTITION IF NOT EXISTS (PARTITION p VALUES LESS THAN (5))
= alter s.t:
ALTER TABLE t DROP PARTITION IF EXISTS p
= alter s.t:
ALTER TABLE IF EXISTS t ADD c INT
= alter if-exists s.t: add c int
ALTER TABLE IF EXISTS t WAIT 10 ADD c INT
= alter if-exists s.t: add c int
ALTER TABLE t NOWAIT DROP c
= alter s.t: drop c
ALTER TABLE t ALTER INDEX i NOT IGNORED, ALTER KEY IF EXISTS j IGNORED
= alter s.t:
ALTER TABLE t ADD SYSTEM VERSIONING, ADD PERIOD FOR SYSTEM_TIME (rs, re)
= alter s.t:
ALTER TABLE t DROP SYSTEM VERSIONING, DROP PERIOD FOR SYSTEM_TIME
= alter s.t:
CREATE OR REPLACE TABLE t (a INT)
= create or-replace s.t (a int)
CREATE OR REPLACE TABLE t LIKE u
= create or-replace s.t like s.u
CREATE TABLE t (a INT, rs TIMESTAMP(6) GENERATED ALWAYS AS ROW START, re TIMESTAMP(6) GENERATED ALWAYS AS ROW END, PERIOD FOR SYSTEM_TIME (rs, re)) WITH SYSTEM VERSIONING
= create s.t (a int, rs timestamp(6), re timestamp(6))
CREATE TABLE t (a INT WITHOUT SYSTEM VERSIONING, b VARCHAR(9) COMPRESSED, c TEXT COMPRESSED=zlib NOT NULL)
= create s.t (a int, b varchar(9), c text notnull)
CREATE TABLE t (a INT AS (1) PERSISTENT, b UUID, c INET6, d INET4, e POINT REF_SYSTEM_ID=4326)
= create s.t (a int stored, b uuid, c inet6, d inet4, e point)
CREATE TABLE t (a INT DEFAULT nextval(q), b DATETIME DEFAULT current_timestamp() ON UPDATE current_timestamp(), c VARCHAR(36) DEFAULT uuid())
= create s.t (a int default=(), b datetime default=(), c varchar(36) default=())
CREATE TABLE t (a INT) ENGINE=Aria PAGE_CHECKSUM=1 TRANSACTIONAL=1 PAGE_COMPRESSED=1 `encryption_key_id`=2
= create s.t (a int)
CREATE TABLE t (a INT, KEY k (a) IGNORED, KEY l (a) CLUSTERING=YES, VECTOR INDEX v (b) M=8 DISTANCE=cosine, b VECTOR(5) NOT NULL)
= create s.t (a int, b vector(5) notnull; key k(a), key l(a), key v(b))
CREATE INDEX IF NOT EXISTS i ON t (a)
= alter s.t: addkey if-not-exists key i(a)
CREATE OR REPLACE UNIQUE INDEX i ON t (a)
= alter s.t: dropkey if-exists i; addkey unique i(a)
DROP INDEX IF EXISTS i ON t
= alter s.t: dropkey if-exists i
DROP INDEX i ON t NOWAIT
= alter s.t: dropkey i
RENAME TABLE IF EXISTS a WAIT 5 TO b, c TO d
= rename if-exists s.a -> s.b, s.c -> s.d
DROP TABLE IF EXISTS a, b WAIT 5
= drop if-exists s.a, s.b
CREATE OR REPLACE DATABASE x
= createdb or-replace x
CREATE DATABASE x COMMENT 'c' CHARACTER SET latin1
= createdb x charset=latin1
ALTER DATABASE x COMMENT = 'c'
= alterdb x
SET STATEMENT max_statement_time=60 FOR ALTER TABLE t ADD c INT
= alter s.t: add c int
CREATE OR REPLACE TEMPORARY TABLE t (a INT)
= nothing
CREATE TABLE t (a INT) /*M!100301 COMMENT='x' */
= create s.t (a int) comment='x'
