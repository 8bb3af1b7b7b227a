# sql_mode, comments, versions, white space.
@setup CREATE TABLE u (a INT, b INT)

@mode ANSI_QUOTES
CREATE TABLE "t" ("id" INT, "a ""b""" INT)
= create s.t (id int, `a "b"` int)
CREATE TABLE "s"."t" ("a`b" INT, `c"d` INT DEFAULT '5', KEY "k" ("a`b"))
= create s.t (`a`b` int, `c"d` int default='5'; key k(`a`b`))
ALTER TABLE "u" ADD "c" INT AFTER "a", RENAME COLUMN "b" TO "x""y"
= alter s.u: add c int after a; rename b -> `x"y`
CREATE TABLE t (a VARCHAR(9) CHARACTER SET "latin1", b VARCHAR(9) DEFAULT 'a"b' COMMENT 'c')
= create s.t (a varchar(9) charset=latin1, b varchar(9) default='a"b' comment='c')
CREATE TABLE "back\" (a INT)
= create s.`back\` (a int)
DROP TABLE "u"
= drop s.u

@mode NO_BACKSLASH_ESCAPES
CREATE TABLE t (a VARCHAR(9) DEFAULT '\', b ENUM('\n', '\\', 'a\'), c INT COMMENT 'it''s \')
= create s.t (a varchar(9) default='\\', b enum('\\n','\\\\','a\\'), c int comment='it''s \\')
CREATE TABLE t (a VARCHAR(9) DEFAULT "\", b INT COMMENT "a""b\")
= create s.t (a varchar(9) default='\\', b int comment='a"b\\')

@mode REAL_AS_FLOAT
CREATE TABLE t (a REAL, b REAL(7,3), c DOUBLE, d REAL UNSIGNED)
= create s.t (a float, b float(7,3), c double, d float unsigned)
ALTER TABLE u MODIFY a REAL
= alter s.u: change a -> a float

@mode ANSI_QUOTES,NO_BACKSLASH_ESCAPES,REAL_AS_FLOAT
CREATE TABLE "t" ("a" REAL DEFAULT '1', "b" VARCHAR(9) DEFAULT '\', "c\" INT)
= create s.t (a float default='1', b varchar(9) default='\\', `c\` int)

@mode
# Comments
CREATE /* x */ TABLE t -- comment
( # another
  a /* , b INT */ INT, -- it's
  b INT /*x*/
)
= create s.t (a int, b int)
CREATE TABLE/**/t/**/(a/**/INT)
= create s.t (a int)
CREATE/*;*/TABLE t(a INT)-- x
= create s.t (a int)
/* app: orders, it's */ ALTER TABLE u ADD c INT
= alter s.u: add c int
-- first line
# second line
ALTER TABLE u ADD c INT
= alter s.u: add c int
ALTER TABLE u ADD c INT /* trailing */ -- more
= alter s.u: add c int
ALTER TABLE u ADD c INT /* ) , DROP a ' */, DROP b
= alter s.u: add c int; drop b
CREATE	TABLE	t	(	a	INT	)
= create s.t (a int)
CREATE TABLE t(a INT,b INT,c VARCHAR(5)DEFAULT'x'NOT NULL,PRIMARY KEY(a))ENGINE=InnoDB
= create s.t (a int, b int, c varchar(5) notnull default='x'; primary(a))

# Version comments are code
/*!50001 CREATE TABLE t (a INT) */
= create s.t (a int)
CREATE TABLE t (a INT /*!50606 STORAGE DISK */ /*!50606 COLUMN_FORMAT DYNAMIC */ DEFAULT NULL)
= create s.t (a int default=null)
CREATE TABLE t (a INT /*!80000 NOT NULL */, b INT /*! UNSIGNED */)
= create s.t (a int notnull, b int unsigned)
CREATE TABLE t (a INT/*!, b INT*/)
= create s.t (a int, b int)
CREATE TABLE t (a INT /*!80000 COMMENT 'x' /* inner */ NOT NULL */)
= create s.t (a int notnull comment='x')
ALTER TABLE u /*!50600 ADD c INT */ /*!50600 , DROP b */
= alter s.u: add c int; drop b
CREATE TABLE t (a INT, KEY k (a) /*!80000 INVISIBLE */, CONSTRAINT c CHECK (a > 0) /*!80016 NOT ENFORCED */)
= create s.t (a int; key k(a))
CREATE TABLE t (a VARCHAR(9) /*!40101 CHARACTER SET latin1 */ /*!40101 COLLATE latin1_bin */) /*!40101 DEFAULT CHARSET=utf8mb4 */
= create s.t (a varchar(9) charset=latin1 collate=latin1_bin) charset=utf8mb4
CREATE TABLE t (a INT) /*!50100 TABLESPACE `innodb_system` */ ENGINE=InnoDB
= create s.t (a int)
CREATE TABLE t (a INT COMMENT '/*! not code */')
= create s.t (a int comment='/*! not code */')
create TABLE t (A int PRIMARY key, b varCHAR(5) Not Null Default 'X')
= create s.t (A int pk, b varchar(5) notnull default='X')
CREATE TABLE t (a INT);
= create s.t (a int)
