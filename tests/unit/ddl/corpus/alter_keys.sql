# ALTER TABLE: keys and constraints; CREATE INDEX and DROP INDEX.
@setup CREATE TABLE u (id INT PRIMARY KEY, x INT)
@setup CREATE TABLE t (a INT NOT NULL, b INT, c VARCHAR(100), g GEOMETRY NOT NULL SRID 0, j JSON, PRIMARY KEY (a), KEY k (b), UNIQUE KEY uk (b), CONSTRAINT ck CHECK (b <> 7))
@setup CREATE TABLE np (a INT NOT NULL, b INT, c INT, CONSTRAINT np_fk FOREIGN KEY (b) REFERENCES u (id))

ALTER TABLE np ADD PRIMARY KEY (a)
= alter s.np: addkey primary(a)
ALTER TABLE np ADD CONSTRAINT PRIMARY KEY (c, a)
= alter s.np: addkey primary(c,a)
ALTER TABLE np ADD CONSTRAINT p PRIMARY KEY USING BTREE (a DESC)
= alter s.np: addkey primary(a)
ALTER TABLE t DROP PRIMARY KEY
= alter s.t: dropkey PRIMARY
ALTER TABLE t DROP PRIMARY KEY, ADD PRIMARY KEY (c(10), a)
= alter s.t: dropkey PRIMARY; addkey primary(c(10),a)
ALTER TABLE t ADD PRIMARY KEY (b), DROP PRIMARY KEY
= alter s.t: addkey primary(b); dropkey PRIMARY
ALTER TABLE t ADD UNIQUE (c)
= alter s.t: addkey unique(c)
ALTER TABLE t ADD UNIQUE KEY u1 (c), ADD UNIQUE INDEX u2 (b, c(5)), ADD UNIQUE u3 (a)
= alter s.t: addkey unique u1(c); addkey unique u2(b,c(5)); addkey unique u3(a)
ALTER TABLE t ADD CONSTRAINT x UNIQUE (c), ADD CONSTRAINT y UNIQUE KEY z (c)
= alter s.t: addkey unique x(c); addkey unique z(c)
ALTER TABLE t ADD CONSTRAINT UNIQUE (c)
= alter s.t: addkey unique(c)
ALTER TABLE t ADD UNIQUE f ((a + b)), ADD UNIQUE g ((LOWER(c)), b DESC)
= alter s.t: addkey unique f(()); addkey unique g((),b)
ALTER TABLE t ADD INDEX (b), ADD KEY k2 (b), ADD INDEX `k 3` (c(10)) COMMENT 'x' INVISIBLE
= alter s.t: addkey key(b); addkey key k2(b); addkey key `k 3`(c(10))
ALTER TABLE t ADD KEY k4 USING HASH (b), ADD KEY k5 (b) USING BTREE KEY_BLOCK_SIZE=8
= alter s.t: addkey key k4(b); addkey key k5(b)
ALTER TABLE t ADD FULLTEXT KEY ft (c), ADD SPATIAL INDEX sp (g)
= alter s.t: addkey key ft(c); addkey key sp(g)
ALTER TABLE t ADD FULLTEXT (c) WITH PARSER ngram
= alter s.t: addkey key(c)
ALTER TABLE t ADD KEY mv ((CAST(j->'$.x' AS SIGNED ARRAY)))
= alter s.t: addkey key mv(())
ALTER TABLE t ADD KEY n (b), ALGORITHM=INPLACE, LOCK=NONE
= alter s.t: addkey key n(b)
ALTER TABLE t DROP INDEX uk
= alter s.t: dropkey uk
ALTER TABLE t DROP KEY `uk`, DROP INDEX k
= alter s.t: dropkey uk; dropkey k
ALTER TABLE t DROP INDEX uk, ADD UNIQUE KEY uk (c)
= alter s.t: dropkey uk; addkey unique uk(c)
ALTER TABLE t DROP INDEX `PRIMARY`
= alter s.t: dropkey PRIMARY
ALTER TABLE t DROP KEY `primary`
= alter s.t: dropkey PRIMARY
ALTER TABLE t DROP CONSTRAINT uk
= alter s.t: dropkey uk
ALTER TABLE t DROP CONSTRAINT `PRIMARY`
= alter s.t: dropkey PRIMARY
ALTER TABLE t DROP CONSTRAINT ck
= alter s.t: dropkey ck
ALTER TABLE t DROP CHECK ck
= alter s.t:
ALTER TABLE np DROP FOREIGN KEY np_fk
= alter s.np:
ALTER TABLE np DROP FOREIGN KEY `np_fk`, DROP KEY np_fk
= alter s.np: dropkey np_fk
ALTER TABLE t RENAME INDEX k TO k9
= alter s.t: renamekey k -> k9
ALTER TABLE t RENAME KEY `uk` TO `u k`, RENAME INDEX k TO uk
= alter s.t: renamekey uk -> `u k`; renamekey k -> uk
ALTER TABLE t RENAME INDEX k TO k9, RENAME TO t9
= alter s.t: renamekey k -> k9; rename-to s.t9
ALTER TABLE t ALTER INDEX k INVISIBLE
= alter s.t:
ALTER TABLE t ALTER INDEX k VISIBLE, ADD d INT
= alter s.t: add d int
ALTER TABLE t ALTER CHECK ck NOT ENFORCED
= alter s.t:
ALTER TABLE t ALTER CONSTRAINT ck ENFORCED, DROP c
= alter s.t: drop c
ALTER TABLE t ADD CHECK (a > 0), ADD CONSTRAINT c2 CHECK (b < 10) NOT ENFORCED, ADD CONSTRAINT CHECK (a <> 4)
= alter s.t:
ALTER TABLE t ADD CHECK (c <> ')'), ADD d INT
= alter s.t: add d int
ALTER TABLE t ADD FOREIGN KEY (b) REFERENCES u (id)
= alter s.t: addkey foreign(b)
ALTER TABLE np ADD CONSTRAINT fk FOREIGN KEY (c) REFERENCES u (id) ON DELETE CASCADE ON UPDATE SET NULL
= alter s.np: addkey foreign fk(c)
ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY i (b) REFERENCES s.u (id), ADD d INT
= alter s.t: addkey foreign fk(b); add d int
ALTER TABLE t ADD CONSTRAINT FOREIGN KEY fi (b) REFERENCES `u` (`id`) MATCH FULL ON UPDATE NO ACTION
= alter s.t: addkey foreign fi(b)

# CREATE INDEX, DROP INDEX
CREATE INDEX i ON t (b)
= alter s.t: addkey key i(b)
CREATE INDEX `i j` ON s.t (b DESC, c(10) ASC)
= alter s.t: addkey key `i j`(b,c(10))
CREATE UNIQUE INDEX i ON t (b)
= alter s.t: addkey unique i(b)
CREATE UNIQUE INDEX i USING BTREE ON t (a, b) COMMENT 'x' ALGORITHM=INPLACE LOCK=NONE
= alter s.t: addkey unique i(a,b)
CREATE UNIQUE INDEX i ON t (b) USING BTREE VISIBLE KEY_BLOCK_SIZE 4 ALGORITHM DEFAULT
= alter s.t: addkey unique i(b)
CREATE INDEX i ON t (b) INVISIBLE LOCK SHARED
= alter s.t: addkey key i(b)
CREATE FULLTEXT INDEX i ON t (c) WITH PARSER ngram COMMENT 'x'
= alter s.t: addkey key i(c)
CREATE SPATIAL INDEX i ON t (g)
= alter s.t: addkey key i(g)
CREATE INDEX i ON t ((a + b), (ABS(a)))
= alter s.t: addkey key i((),())
CREATE UNIQUE INDEX i ON t ((CAST(j->'$[*]' AS CHAR(10) ARRAY)))
= alter s.t: addkey unique i(())
CREATE INDEX comment ON t (b) COMMENT 'comment'
= alter s.t: addkey key comment(b)
CREATE INDEX `on` ON t (b)
= alter s.t: addkey key on(b)
@norun InnoDB has no engine attributes
CREATE INDEX i ON t (b) ENGINE_ATTRIBUTE = '' SECONDARY_ENGINE_ATTRIBUTE=''
= alter s.t: addkey key i(b)
@run
CREATE INDEX i TYPE BTREE ON t (b)
= alter s.t: addkey key i(b)
DROP INDEX k ON t
= alter s.t: dropkey k
DROP INDEX `uk` ON `s`.`t`
= alter s.t: dropkey uk
DROP INDEX `PRIMARY` ON t
= alter s.t: dropkey PRIMARY
DROP INDEX `Primary` ON t ALGORITHM=COPY
= alter s.t: dropkey PRIMARY
DROP INDEX k ON t ALGORITHM=INPLACE LOCK=NONE
= alter s.t: dropkey k
DROP INDEX k ON t LOCK DEFAULT ALGORITHM DEFAULT;
= alter s.t: dropkey k
