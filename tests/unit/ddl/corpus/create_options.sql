# Table options, partitions, LIKE and SELECT.
@setup CREATE TABLE u (a INT, b VARCHAR(10))
@setup CREATE TABLE d.v (a INT)

# Charset
CREATE TABLE t (a CHAR(1)) CHARACTER SET latin1
= create s.t (a char(1)) charset=latin1
CREATE TABLE t (a CHAR(1)) DEFAULT CHARACTER SET = latin1 COLLATE = latin1_bin
= create s.t (a char(1)) charset=latin1 collate=latin1_bin
CREATE TABLE t (a CHAR(1)) CHARSET=utf8mb4, DEFAULT COLLATE utf8mb4_bin
= create s.t (a char(1)) charset=utf8mb4 collate=utf8mb4_bin
CREATE TABLE t (a CHAR(1)) COLLATE latin1_bin CHARACTER SET latin1
= create s.t (a char(1)) charset=latin1 collate=latin1_bin
CREATE TABLE t (a CHAR(1)) DEFAULT CHARSET 'latin1' DEFAULT COLLATE 'latin1_swedish_ci'
= create s.t (a char(1)) charset=latin1 collate=latin1_swedish_ci
CREATE TABLE t (a CHAR(1)) CHAR SET LATIN1
= create s.t (a char(1)) charset=latin1
CREATE TABLE t (a CHAR(1)) CHARSET binary
= create s.t (a char(1)) charset=binary
CREATE TABLE t (a CHAR(1)) DEFAULT CHARSET=BINARY COLLATE=BINARY
= create s.t (a char(1)) charset=binary collate=binary
CREATE TABLE t (a CHAR(1)) COLLATE=utf8mb4_0900_as_cs
= create s.t (a char(1)) collate=utf8mb4_0900_as_cs

# Other options
CREATE TABLE t (a INT) ENGINE=InnoDB
= create s.t (a int)
CREATE TABLE t (a INT) ENGINE InnoDB COMMENT 'the table'
= create s.t (a int) comment='the table'
CREATE TABLE t (a INT) ENGINE = 'MyISAM' COMMENT = "it's"
= create s.t (a int) comment='it''s'
CREATE TABLE t (a INT) ENGINE=MEMORY, COMMENT='a', COMMENT='b'
= create s.t (a int) comment='b'
CREATE TABLE t (a INT PRIMARY KEY AUTO_INCREMENT) ENGINE=InnoDB AUTO_INCREMENT=18446744073709551615 DEFAULT CHARSET=latin1
= create s.t (a int auto pk) charset=latin1
CREATE TABLE t (a INT) AVG_ROW_LENGTH=10 MIN_ROWS=1 MAX_ROWS 100000 CHECKSUM=1 DELAY_KEY_WRITE 0 PACK_KEYS=DEFAULT ROW_FORMAT=DYNAMIC
= create s.t (a int)
CREATE TABLE t (a INT) ROW_FORMAT COMPRESSED KEY_BLOCK_SIZE 8
= create s.t (a int)
CREATE TABLE t (a INT) STATS_PERSISTENT=DEFAULT STATS_AUTO_RECALC=1, STATS_SAMPLE_PAGES = 20
= create s.t (a int)
CREATE TABLE t (a INT) COMPRESSION='ZLIB' ENCRYPTION='N'
= create s.t (a int)
CREATE TABLE t (a INT) INSERT_METHOD=NO, PASSWORD='x', CONNECTION 'mysql://x'
= create s.t (a int)
CREATE TABLE t (a INT) TABLESPACE innodb_file_per_table
= create s.t (a int)
CREATE TABLE t (a INT) TABLESPACE = `innodb_system` STORAGE DISK
= create s.t (a int)
@norun InnoDB has no engine attributes
CREATE TABLE t (a INT) ENGINE_ATTRIBUTE='', SECONDARY_ENGINE_ATTRIBUTE '{"x": ")"}'
= create s.t (a int)
@run
CREATE TABLE t (a INT) SECONDARY_ENGINE=NULL
= create s.t (a int)
CREATE TABLE t (a INT) AUTOEXTEND_SIZE=4M
= create s.t (a int)
CREATE TABLE t (a INT NOT NULL) ENGINE=MRG_MYISAM UNION=(u, d.v) INSERT_METHOD=LAST
= create s.t (a int notnull)
CREATE TABLE t (a INT) START TRANSACTION
= create s.t (a int)
CREATE TABLE t (a INT) TABLE_CHECKSUM=1 STORAGE MEMORY
= create s.t (a int)
@norun the folder isn't among the server's
CREATE TABLE t (a INT) DATA DIRECTORY='/x' INDEX DIRECTORY = '/y' COMMENT='z'
= create s.t (a int) comment='z'
CREATE TABLE t (a INT) ENGINE=InnoDB DATA DIRECTORY '/x', ENCRYPTION 'Y'
= create s.t (a int)
@norun HeatWave
CREATE EXTERNAL TABLE t (a INT) FILE_FORMAT = (FORMAT csv HEADER ON) FILES = (URL = 'x')
= create s.t (a int)
@run

# Partitions
CREATE TABLE t (a INT) PARTITION BY HASH (a) PARTITIONS 4
= create s.t (a int)
CREATE TABLE t (a INT) ENGINE=InnoDB COMMENT='c' PARTITION BY LINEAR HASH (a + 1)
= create s.t (a int) comment='c'
CREATE TABLE t (a INT PRIMARY KEY) PARTITION BY KEY () PARTITIONS 2
= create s.t (a int pk)
CREATE TABLE t (a INT, b INT) PARTITION BY LINEAR KEY ALGORITHM = 2 (a, b) PARTITIONS 3
= create s.t (a int, b int)
CREATE TABLE t (a INT) PARTITION BY RANGE (a) (PARTITION p0 VALUES LESS THAN (10), PARTITION p1 VALUES LESS THAN MAXVALUE)
= create s.t (a int)
CREATE TABLE t (a INT, b DATE) PARTITION BY RANGE COLUMNS (a, b) (
  PARTITION p0 VALUES LESS THAN (10, '2020-01-01') COMMENT = 'it''s )' ENGINE = InnoDB,
  PARTITION p1 VALUES LESS THAN (MAXVALUE, MAXVALUE) ENGINE = InnoDB)
= create s.t (a int, b date)
CREATE TABLE t (a INT) PARTITION BY LIST (a) (PARTITION p0 VALUES IN (1, 2, NULL), PARTITION p1 VALUES IN (3))
= create s.t (a int)
CREATE TABLE t (a VARCHAR(5)) CHARSET latin1 PARTITION BY LIST COLUMNS (a) (PARTITION p0 VALUES IN ('a', 'b)'), PARTITION p1 VALUES IN ('c'))
= create s.t (a varchar(5)) charset=latin1
CREATE TABLE t (a INT, b DATE) PARTITION BY RANGE (YEAR(b)) SUBPARTITION BY HASH (TO_DAYS(b)) SUBPARTITIONS 2 (
  PARTITION p0 VALUES LESS THAN (1990),
  PARTITION p1 VALUES LESS THAN (2000),
  PARTITION p2 VALUES LESS THAN MAXVALUE)
= create s.t (a int, b date)
CREATE TABLE t (a INT, b DATE) PARTITION BY RANGE (YEAR(b)) SUBPARTITION BY KEY (a) (
  PARTITION p0 VALUES LESS THAN (1990) (SUBPARTITION s0, SUBPARTITION s1 COMMENT 'x'),
  PARTITION p1 VALUES LESS THAN MAXVALUE (SUBPARTITION s2, SUBPARTITION s3))
= create s.t (a int, b date)
CREATE TABLE `t` (
  `a` int NOT NULL,
  `b` varchar(10) DEFAULT NULL,
  PRIMARY KEY (`a`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci
/*!50100 PARTITION BY RANGE (`a`)
(PARTITION p0 VALUES LESS THAN (10) ENGINE = InnoDB,
 PARTITION p1 VALUES LESS THAN MAXVALUE ENGINE = InnoDB) */
= create s.t (a int notnull, b varchar(10) default=null; primary(a)) charset=utf8mb4 collate=utf8mb4_0900_ai_ci
CREATE TABLE t (a INT) PARTITION BY HASH (a) PARTITIONS 2 AS SELECT a FROM u
= create s.t (a int) select
CREATE TABLE t PARTITION BY HASH (a) PARTITIONS 2 SELECT a FROM u
= create s.t select
CREATE TABLE t (a INT) PARTITION BY LIST (a) (PARTITION p VALUES IN (1, 2)) (SELECT a FROM u)
= create s.t (a int) select

# IF NOT EXISTS and LIKE
CREATE TABLE IF NOT EXISTS t (a INT)
= create if-not-exists s.t (a int)
CREATE TABLE IF NOT EXISTS u (other TEXT)
= create if-not-exists s.u (other text)
CREATE TABLE t LIKE u
= create s.t like s.u
CREATE TABLE t (LIKE u)
= create s.t like s.u
CREATE TABLE IF NOT EXISTS d.t LIKE s.u
= create if-not-exists d.t like s.u
CREATE TABLE t ( LIKE `d` . `v` ) ;
= create s.t like d.v
CREATE TABLE d.t (a INT)
= create d.t (a int)

# SELECT
CREATE TABLE t SELECT * FROM u
= create s.t select
CREATE TABLE t AS SELECT a, b FROM u WHERE b = ')'
= create s.t select
CREATE TABLE t (c INT) SELECT a FROM u
= create s.t (c int) select
CREATE TABLE t (c INT, KEY (c)) ENGINE=InnoDB AS SELECT 1 AS c
= create s.t (c int; key(c)) select
CREATE TABLE t (SELECT a FROM u)
= create s.t select
CREATE TABLE t AS (SELECT a FROM u)
= create s.t select
CREATE TABLE t (c INT) (SELECT a FROM u)
= create s.t (c int) select
CREATE TABLE t ((SELECT a FROM u) UNION (SELECT a FROM d.v))
= create s.t select
CREATE TABLE t ENGINE=InnoDB CHARSET latin1 SELECT 1 AS one
= create s.t charset=latin1 select
CREATE TABLE t IGNORE SELECT a FROM u
= create s.t select
CREATE TABLE t (a INT PRIMARY KEY) REPLACE AS SELECT a FROM u
= create s.t (a int pk) select
CREATE TABLE t (a INT PRIMARY KEY) IGNORE (SELECT a FROM u)
= create s.t (a int pk) select
CREATE TABLE t (PRIMARY KEY (a)) SELECT 1 AS a
= create s.t (; primary(a)) select
CREATE TABLE t WITH c AS (SELECT a FROM u) SELECT a FROM c
= create s.t select
CREATE TABLE t AS WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 3) SELECT n FROM c
= create s.t select
CREATE TABLE t AS TABLE u
= create s.t select
CREATE TABLE t VALUES ROW(1, 2), ROW(3, 4)
= create s.t select
CREATE TABLE t COMMENT 'x' TABLE u
= create s.t comment='x' select
CREATE TABLE IF NOT EXISTS t AS SELECT 1 AS a
= create if-not-exists s.t select
CREATE TABLE `t` (
  `a` int DEFAULT NULL,
  `b` varchar(10) DEFAULT NULL
) START TRANSACTION
= create s.t (a int default=null, b varchar(10) default=null)
CREATE TABLE `t` (`a` int DEFAULT NULL) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 START TRANSACTION
= create s.t (a int default=null) charset=utf8mb4
CREATE TABLE t (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  name VARCHAR(255) CHARACTER SET latin1 COLLATE latin1_bin DEFAULT '' NOT NULL COMMENT 'the name',
  price DECIMAL(10, 2) UNSIGNED NULL,
  state ENUM('new', 'old') NOT NULL DEFAULT 'new',
  changed TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
  doc JSON,
  PRIMARY KEY (id),
  UNIQUE KEY by_name (name(100), state),
  KEY by_state (state)
) ENGINE=InnoDB AUTO_INCREMENT=100 DEFAULT CHARSET=utf8mb4 ROW_FORMAT=DYNAMIC COMMENT='things'
= create s.t (id bigint unsigned notnull auto, name varchar(255) charset=latin1 collate=latin1_bin notnull default='' comment='the name', price decimal(10,2) unsigned null, state enum('new','old') notnull default='new', changed timestamp(3) notnull default=(), doc json; primary(id), unique by_name(name(100),state), key by_state(state)) charset=utf8mb4 comment='things'
