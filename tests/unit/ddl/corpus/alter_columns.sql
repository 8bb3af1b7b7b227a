# ALTER TABLE: columns.
@setup CREATE TABLE t (a INT, b INT DEFAULT 1, c VARCHAR(10), d TEXT)
@setup CREATE TABLE d.t (a INT, b INT)
@setup CREATE TABLE pk (id INT PRIMARY KEY, x INT)

# ADD
ALTER TABLE t ADD e INT
= alter s.t: add e int
ALTER TABLE t ADD COLUMN e INT
= alter s.t: add e int
ALTER TABLE d.t ADD `e` VARCHAR(255) CHARACTER SET latin1 NOT NULL DEFAULT 'x' COMMENT 'c'
= alter d.t: add e varchar(255) charset=latin1 notnull default='x' comment='c'
ALTER TABLE t ADD e INT FIRST
= alter s.t: add e int first
ALTER TABLE t ADD COLUMN e INT NOT NULL AFTER a
= alter s.t: add e int notnull after a
ALTER TABLE t ADD e INT AFTER `a`, ADD f INT AFTER e, ADD g INT FIRST
= alter s.t: add e int after a; add f int after e; add g int first
ALTER TABLE t ADD (e INT)
= alter s.t: add e int
ALTER TABLE t ADD COLUMN (e INT, f VARCHAR(5) DEFAULT ')', g ENUM('(', ')'))
= alter s.t: add e int; add f varchar(5) default=')'; add g enum('(',')')
ALTER TABLE t ADD (e INT, KEY k (e), UNIQUE (a), f INT, CHECK (f > 0)), DROP d
= alter s.t: add e int; addkey key k(e); addkey unique(a); add f int; drop d
ALTER TABLE t ADD e INT AUTO_INCREMENT PRIMARY KEY FIRST
= alter s.t: add e int auto pk first
ALTER TABLE t ADD e INT UNIQUE AFTER b
= alter s.t: add e int unique after b
ALTER TABLE t ADD e SERIAL
= alter s.t: add e bigint unsigned notnull auto unique
ALTER TABLE t ADD e INT AS (a + b) STORED AFTER b
= alter s.t: add e int stored after b
ALTER TABLE t ADD e INT GENERATED ALWAYS AS (a) VIRTUAL, ADD KEY (e)
= alter s.t: add e int generated; addkey key(e)
ALTER TABLE t ADD e INT INVISIBLE, ADD f JSON, ADD g POINT SRID 0
= alter s.t: add e int invisible; add f json; add g point
ALTER TABLE t ADD e DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6) FIRST
= alter s.t: add e datetime(6) notnull default=() first
ALTER TABLE t ADD e INT NOT NULL DEFAULT (a + 1), ADD f VARCHAR(36) DEFAULT (CONCAT('x', ')'))
= alter s.t: add e int notnull default=(); add f varchar(36) default=()
ALTER TABLE t ADD e INT COMMENT ', DROP a', ADD f INT COMMENT "FIRST" FIRST
= alter s.t: add e int comment=', DROP a'; add f int comment='FIRST' first
ALTER TABLE t ADD e INT REFERENCES pk (id)
= alter s.t: add e int references
ALTER TABLE t ADD e INT CHECK (e > 0) FIRST
= alter s.t: add e int first
ALTER TABLE t ADD e INT DEFAULT 5, ALGORITHM=INSTANT
= alter s.t: add e int default='5'
ALTER TABLE t ADD e INT, ALGORITHM INPLACE, LOCK NONE
= alter s.t: add e int
ALTER TABLE t LOCK = SHARED, ADD e INT, ALGORITHM = DEFAULT
= alter s.t: add e int

# DROP
ALTER TABLE t DROP b
= alter s.t: drop b
ALTER TABLE t DROP COLUMN b
= alter s.t: drop b
ALTER TABLE t DROP a, DROP COLUMN `b`, DROP c
= alter s.t: drop a; drop b; drop c
ALTER TABLE t DROP COLUMN b RESTRICT, DROP c CASCADE
= alter s.t: drop b; drop c
ALTER TABLE t DROP b, ADD b TEXT
= alter s.t: drop b; add b text
ALTER TABLE t DROP b, ADD b BIGINT FIRST
= alter s.t: drop b; add b bigint first

# MODIFY
ALTER TABLE t MODIFY a BIGINT
= alter s.t: change a -> a bigint
ALTER TABLE t MODIFY COLUMN a BIGINT UNSIGNED NOT NULL
= alter s.t: change a -> a bigint unsigned notnull
ALTER TABLE t MODIFY c VARCHAR(20) CHARSET latin1 COLLATE latin1_bin FIRST
= alter s.t: change c -> c varchar(20) charset=latin1 collate=latin1_bin first
ALTER TABLE t MODIFY COLUMN c VARCHAR(20) COLLATE utf8mb4_bin AFTER a, MODIFY d LONGTEXT
= alter s.t: change c -> c varchar(20) collate=utf8mb4_bin after a; change d -> d longtext
ALTER TABLE t MODIFY a INT AFTER d, MODIFY b INT FIRST
= alter s.t: change a -> a int after d; change b -> b int first
ALTER TABLE t MODIFY a INT NULL DEFAULT NULL COMMENT 'x'
= alter s.t: change a -> a int null default=null comment='x'
ALTER TABLE t MODIFY a INT AUTO_INCREMENT PRIMARY KEY
= alter s.t: change a -> a int auto pk
ALTER TABLE t MODIFY c ENUM('a', 'b') CHARACTER SET utf8mb4
= alter s.t: change c -> c enum('a','b') charset=utf8mb4
ALTER TABLE t MODIFY c CHAR(10) BINARY, MODIFY d TEXT CHARACTER SET utf8mb4 BINARY
= alter s.t: change c -> c char(10) binary; change d -> d text charset=utf8mb4 binary
ALTER TABLE t MODIFY a INT INVISIBLE
= alter s.t: change a -> a int invisible
ALTER TABLE t MODIFY A INT FIRST
= alter s.t: change A -> A int first

# CHANGE
ALTER TABLE t CHANGE a x INT
= alter s.t: change a -> x int
ALTER TABLE t CHANGE COLUMN a a BIGINT
= alter s.t: change a -> a bigint
ALTER TABLE t CHANGE COLUMN `a` `x y` INT NOT NULL AFTER `c`
= alter s.t: change a -> `x y` int notnull after c
ALTER TABLE t CHANGE a b INT, CHANGE b a INT
= alter s.t: change a -> b int; change b -> a int
ALTER TABLE t CHANGE a b INT, CHANGE b c INT, CHANGE c a VARCHAR(10)
= alter s.t: change a -> b int; change b -> c int; change c -> a varchar(10)
ALTER TABLE t CHANGE a first INT FIRST
= alter s.t: change a -> first int first
ALTER TABLE pk CHANGE id nid BIGINT
= alter s.pk: change id -> nid bigint
ALTER TABLE t CHANGE a A INT
= alter s.t: change a -> A int
ALTER TABLE t CHANGE c c VARCHAR(10) CHARACTER SET binary
= alter s.t: change c -> c varbinary(10)
ALTER TABLE t CHANGE d d TEXT CHARACTER SET latin1, CHANGE c c2 BLOB
= alter s.t: change d -> d text charset=latin1; change c -> c2 blob

# RENAME COLUMN
ALTER TABLE t RENAME COLUMN a TO x
= alter s.t: rename a -> x
ALTER TABLE t RENAME COLUMN `a` TO `b`, RENAME COLUMN b TO a
= alter s.t: rename a -> b; rename b -> a
ALTER TABLE t RENAME COLUMN a TO x, ADD a INT, DROP b
= alter s.t: rename a -> x; add a int; drop b
ALTER TABLE t RENAME COLUMN a TO x, RENAME TO u
= alter s.t: rename a -> x; rename-to s.u

# ALTER COLUMN
ALTER TABLE t ALTER a SET DEFAULT 5
= alter s.t: default a='5'
ALTER TABLE t ALTER COLUMN a SET DEFAULT -1, ALTER c SET DEFAULT 'it''s'
= alter s.t: default a='-1'; default c='it''s'
ALTER TABLE t ALTER COLUMN c SET DEFAULT NULL
= alter s.t: default c=null
ALTER TABLE t ALTER c SET DEFAULT (UUID())
= alter s.t: default c=()
ALTER TABLE t ALTER b DROP DEFAULT
= alter s.t: default b=none
ALTER TABLE t ALTER COLUMN `b` DROP DEFAULT, ALTER a SET DEFAULT TRUE
= alter s.t: default b=none; default a='1'
ALTER TABLE t ALTER a SET INVISIBLE
= alter s.t: invisible a
ALTER TABLE t ALTER COLUMN a SET VISIBLE, ALTER COLUMN b SET INVISIBLE
= alter s.t: visible a; invisible b
ALTER TABLE t ALTER a SET DEFAULT 0x41, ALTER c SET DEFAULT x'4142'
= alter s.t: default a='A'; default c='AB'

# CONVERT and the default charset
ALTER TABLE t CONVERT TO CHARACTER SET latin1
= alter s.t: convert charset=latin1
ALTER TABLE t CONVERT TO CHARSET utf8mb4 COLLATE utf8mb4_bin
= alter s.t: convert charset=utf8mb4 collate=utf8mb4_bin
ALTER TABLE t CONVERT TO CHARACTER SET DEFAULT
= alter s.t: convert charset=default
ALTER TABLE t CONVERT TO CHARACTER SET DEFAULT COLLATE utf8mb4_general_ci
= alter s.t: convert charset=default collate=utf8mb4_general_ci
ALTER TABLE t CONVERT TO CHARACTER SET 'latin1' COLLATE 'latin1_bin', ADD e INT
= alter s.t: convert charset=latin1 collate=latin1_bin; add e int
ALTER TABLE t CONVERT TO CHARACTER SET binary
= alter s.t: convert charset=binary
ALTER TABLE t CONVERT TO CHAR SET LATIN1
= alter s.t: convert charset=latin1
ALTER TABLE t CHARACTER SET latin1
= alter s.t: options charset=latin1
ALTER TABLE t DEFAULT CHARACTER SET = latin1 COLLATE = latin1_bin
= alter s.t: options charset=latin1 collate=latin1_bin
ALTER TABLE t COLLATE utf8mb4_bin
= alter s.t: options collate=utf8mb4_bin
ALTER TABLE t DEFAULT COLLATE = utf8mb4_bin, ADD e CHAR(1)
= alter s.t: options collate=utf8mb4_bin; add e char(1)
ALTER TABLE t ADD e CHAR(1), CHARSET latin1
= alter s.t: add e char(1); options charset=latin1
ALTER TABLE t COLLATE latin1_bin, ADD e CHAR(1), CHARSET latin1
= alter s.t: options charset=latin1 collate=latin1_bin; add e char(1)
ALTER TABLE t DEFAULT CHARSET utf8mb4, CONVERT TO CHARACTER SET utf8mb4
= alter s.t: options charset=utf8mb4; convert charset=utf8mb4

# Much at once
ALTER TABLE t
  ADD COLUMN e INT AFTER a,
  DROP COLUMN b,
  MODIFY c VARCHAR(20) FIRST,
  CHANGE d dd MEDIUMTEXT,
  ADD PRIMARY KEY (e),
  ADD UNIQUE KEY u (c),
  ALTER a SET DEFAULT 3,
  COMMENT = 'new',
  ENGINE = InnoDB,
  RENAME TO d.renamed
= alter s.t: add e int after a; drop b; change c -> c varchar(20) first; change d -> dd mediumtext; addkey primary(e); addkey unique u(c); default a='3'; rename-to d.renamed; comment='new'
@norun the server refuses a renamed column's old name in AFTER
ALTER TABLE t DROP a, RENAME COLUMN b TO a, ADD b INT AFTER a
= alter s.t: drop a; rename b -> a; add b int after a
