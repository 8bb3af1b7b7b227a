# ALTER TABLE: what is about the table: names, options, storage.
@setup CREATE TABLE t (a INT NOT NULL, b INT) COMMENT 'old'
@setup CREATE TABLE m (a INT NOT NULL, b INT, KEY (b)) ENGINE=MyISAM

# Names
ALTER TABLE t RENAME u
= alter s.t: rename-to s.u
ALTER TABLE t RENAME TO u
= alter s.t: rename-to s.u
ALTER TABLE t RENAME AS `u v`
= alter s.t: rename-to s.`u v`
ALTER TABLE t RENAME = u
= alter s.t: rename-to s.u
ALTER TABLE t RENAME TO d.t
= alter s.t: rename-to d.t
ALTER TABLE s.t RENAME d.u, ADD c INT
= alter s.t: rename-to d.u; add c int
ALTER TABLE t RENAME TO u, RENAME TO v
= alter s.t: rename-to s.u; rename-to s.v
ALTER TABLE t RENAME TO T
= alter s.t: rename-to s.T

# Nothing but options
ALTER TABLE t
= alter s.t:
ALTER TABLE t ;
= alter s.t:
ALTER TABLE t ENGINE=InnoDB
= alter s.t:
ALTER TABLE t ENGINE InnoDB ROW_FORMAT=DYNAMIC AUTO_INCREMENT 100
= alter s.t:
ALTER TABLE t COMMENT 'new'
= alter s.t: comment='new'
ALTER TABLE t COMMENT = ''
= alter s.t: comment=''
ALTER TABLE t COMMENT='a', COMMENT='b', ADD c INT
= alter s.t: add c int; comment='b'
ALTER TABLE t COMMENT='it''s, DROP a' ENGINE=InnoDB DEFAULT CHARSET=latin1 COLLATE=latin1_bin, ADD c CHAR(1)
= alter s.t: options charset=latin1 collate=latin1_bin; add c char(1); comment='it''s, DROP a'
ALTER TABLE t FORCE
= alter s.t:
ALTER TABLE t FORCE, ALGORITHM=INPLACE, LOCK=NONE
= alter s.t:
ALTER TABLE t ALGORITHM=COPY, ENGINE=InnoDB
= alter s.t:
ALTER TABLE m DISABLE KEYS
= alter s.m:
ALTER TABLE m ENABLE KEYS, ADD c INT
= alter s.m: add c int
/*!40000 ALTER TABLE `m` DISABLE KEYS */
= alter s.m:
/*!40000 ALTER TABLE `m` ENABLE KEYS */;
= alter s.m:
ALTER TABLE t ORDER BY a
= alter s.t:
ALTER TABLE m ORDER BY a DESC, b
= alter s.m:
ALTER TABLE m ORDER BY m.a ASC, `b` DESC, m.b
= alter s.m:
ALTER TABLE m ADD c INT, ORDER BY b, a
= alter s.m: add c int
@norun only beside generated columns
ALTER TABLE t WITH VALIDATION
= alter s.t:
@run
ALTER TABLE t WITHOUT VALIDATION, ADD c INT AS (a) VIRTUAL
= alter s.t: add c int generated
ALTER TABLE t DISCARD TABLESPACE
= alter s.t:
ALTER TABLE t TABLESPACE innodb_file_per_table, ADD c INT
= alter s.t: add c int
ALTER TABLE t STATS_PERSISTENT=1, STATS_AUTO_RECALC=DEFAULT STATS_SAMPLE_PAGES=30
= alter s.t:
ALTER TABLE t ENCRYPTION='N'
= alter s.t:
@norun InnoDB has no engine attributes
ALTER TABLE t ENGINE_ATTRIBUTE='' SECONDARY_ENGINE_ATTRIBUTE='{}'
= alter s.t:
@run
ALTER TABLE t SECONDARY_ENGINE=NULL
= alter s.t:
ALTER TABLE m MAX_ROWS=100 MIN_ROWS=1 CHECKSUM=1 DELAY_KEY_WRITE=1 PACK_KEYS=1 INSERT_METHOD=NO
= alter s.m:
ALTER TABLE t COMPRESSION='none', ADD c INT
= alter s.t: add c int
ALTER TABLE t KEY_BLOCK_SIZE=0, AVG_ROW_LENGTH 100
= alter s.t:
@norun needs files of a discarded tablespace
ALTER TABLE t IMPORT TABLESPACE
= alter s.t:
ALTER TABLE p DISCARD PARTITION p0, p1 TABLESPACE
= alter s.p:
ALTER TABLE p IMPORT PARTITION p0 TABLESPACE
= alter s.p:
@norun HeatWave
ALTER TABLE t SECONDARY_LOAD
= alter s.t:
ALTER TABLE t SECONDARY_UNLOAD
= alter s.t:
ALTER TABLE p SECONDARY_LOAD PARTITION (p0, p1)
= alter s.p:
ALTER TABLE t SECONDARY_ENGINE rapid
= alter s.t:
@run
ALTER TABLE t ALTER COLUMN a SET MASKING POLICY mask
= alter s.t:
ALTER TABLE t ALTER b DROP MASKING POLICY
= alter s.t:
ALTER TABLE t ADD c INT MASKING POLICY mask FIRST
= alter s.t: add c int first

# Partitions
ALTER TABLE t PARTITION BY HASH (a) PARTITIONS 3
= alter s.t:
ALTER TABLE t ADD c INT PARTITION BY RANGE (a) (PARTITION p0 VALUES LESS THAN (5), PARTITION p1 VALUES LESS THAN MAXVALUE)
= alter s.t: add c int
ALTER TABLE t ADD KEY (b) PARTITION BY LINEAR KEY (a)
= alter s.t: addkey key(b)
ALTER TABLE t ENGINE=InnoDB COMMENT='c' PARTITION BY LIST (a) (PARTITION p0 VALUES IN (1, 2))
= alter s.t: comment='c'
@norun gone since 8.0
ALTER IGNORE TABLE t ADD UNIQUE (b)
= alter s.t: addkey unique(b)
ALTER ONLINE TABLE t ADD c INT
= alter s.t: add c int
ALTER OFFLINE IGNORE TABLE t DROP b
= alter s.t: drop b
ALTER TABLE t TYPE=MyISAM, ADD c INT
= alter s.t: add c int
