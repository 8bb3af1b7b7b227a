# Names: quoting, Unicode, and keywords that are names because they aren't reserved.
@setup CREATE TABLE u (a INT)

create table t(id int)
= create s.t (id int)
CREATE TABLE `t` (`id` INT)
= create s.t (id int)
CREATE TABLE `d`.`t 1` (`a b` INT, `select` INT, `a``b` INT, `,` INT, `)` INT)
= create d.`t 1` (`a b` int, select int, `a`b` int, `,` int, `)` int)
CREATE TABLE s . t (a INT)
= create s.t (a int)
CREATE TABLE s.`t.u` (`a.b` INT)
= create s.`t.u` (`a.b` int)
@norun characters above U+FFFF are no names for the server
CREATE TABLE tésté (ünïcode INT, 日本語 VARCHAR(5), `😀` INT)
= create s.tésté (ünïcode int, 日本語 varchar(5), 😀 int)
@run
CREATE TABLE tésté (ünïcode INT, 日本語 VARCHAR(5), Ελλάδα INT, текст TEXT)
= create s.tésté (ünïcode int, 日本語 varchar(5), Ελλάδα int, текст text)
CREATE TABLE t (1st INT, 2fa_code CHAR(6), `3` INT, $x INT, _y INT)
= create s.t (1st int, 2fa_code char(6), 3 int, $x int, _y int)
CREATE TABLE s.1t (a INT)
= create s.1t (a int)
CREATE TABLE `it's` (`it's` INT, `"` INT, `-- x` INT, `/* */` INT, `#` INT)
= create s.`it's` (`it's` int, `"` int, `-- x` int, `/* */` int, `#` int)
CREATE TABLE `back\slash` (`a\` INT, b INT)
= create s.`back\slash` (`a\` int, b int)

# Letter case stays
CREATE TABLE CamelCase (userId INT, USERNAME TEXT, KEY byUser (userId))
= create s.CamelCase (userId int, USERNAME text; key byUser(userId))

# Keywords that are no reserved words, as columns
CREATE TABLE t (account INT, action INT, active INT, admin INT, after INT, against INT, aggregate INT, algorithm INT, always INT)
= create s.t (account int, action int, active int, admin int, after int, against int, aggregate int, algorithm int, always int)
CREATE TABLE t (any INT, ascii INT, at INT, attribute INT, authentication INT, auto INT, autoextend_size INT, auto_increment INT, avg INT)
= create s.t (any int, ascii int, at int, attribute int, authentication int, auto int, autoextend_size int, auto_increment int, avg int)
CREATE TABLE t (avg_row_length INT, backup INT, begin INT, bernoulli INT, binlog INT, bit INT, block INT, bool INT, boolean INT)
= create s.t (avg_row_length int, backup int, begin int, bernoulli int, binlog int, bit int, block int, bool int, boolean int)
CREATE TABLE t (btree INT, buckets INT, bulk INT, byte INT, cache INT, cascaded INT, catalog_name INT, chain INT, challenge_response INT)
= create s.t (btree int, buckets int, bulk int, byte int, cache int, cascaded int, catalog_name int, chain int, challenge_response int)
CREATE TABLE t (changed INT, channel INT, charset INT, checksum INT, cipher INT, class_origin INT, client INT, clone INT, close INT)
= create s.t (changed int, channel int, charset int, checksum int, cipher int, class_origin int, client int, clone int, close int)
CREATE TABLE t (coalesce INT, code INT, collation INT, columns INT, column_format INT, column_name INT, comment INT, commit INT, committed INT)
= create s.t (coalesce int, code int, collation int, columns int, column_format int, column_name int, comment int, commit int, committed int)
CREATE TABLE t (compact INT, completion INT, component INT, compressed INT, compression INT, concurrent INT, connection INT, consistent INT, constraint_catalog INT)
= create s.t (compact int, completion int, component int, compressed int, compression int, concurrent int, connection int, consistent int, constraint_catalog int)
CREATE TABLE t (constraint_name INT, constraint_schema INT, contains INT, context INT, copy INT, cpu INT, cursor_name INT, data INT, datafile INT)
= create s.t (constraint_name int, constraint_schema int, contains int, context int, copy int, cpu int, cursor_name int, data int, datafile int)
CREATE TABLE t (date INT, datetime INT, day INT, deallocate INT, default_auth INT, definer INT, definition INT, delay_key_write INT, description INT)
= create s.t (date int, datetime int, day int, deallocate int, default_auth int, definer int, definition int, delay_key_write int, description int)
CREATE TABLE t (diagnostics INT, directory INT, disable INT, discard INT, disk INT, dumpfile INT, duplicate INT, dynamic INT, enable INT)
= create s.t (diagnostics int, directory int, disable int, discard int, disk int, dumpfile int, duplicate int, dynamic int, enable int)
CREATE TABLE t (encryption INT, end INT, ends INT, enforced INT, engine INT, engines INT, engine_attribute INT, enum INT, error INT)
= create s.t (encryption int, end int, ends int, enforced int, engine int, engines int, engine_attribute int, enum int, error int)
CREATE TABLE t (errors INT, escape INT, event INT, events INT, every INT, exchange INT, exclude INT, execute INT, expansion INT)
= create s.t (errors int, escape int, event int, events int, every int, exchange int, exclude int, execute int, expansion int)
CREATE TABLE t (expire INT, export INT, extended INT, extent_size INT, factor INT, failed_login_attempts INT, fast INT, faults INT, fields INT)
= create s.t (expire int, export int, extended int, extent_size int, factor int, failed_login_attempts int, fast int, faults int, fields int)
CREATE TABLE t (file INT, file_block_size INT, filter INT, finish INT, first INT, fixed INT, flush INT, following INT, follows INT)
= create s.t (file int, file_block_size int, filter int, finish int, first int, fixed int, flush int, following int, follows int)
CREATE TABLE t (format INT, found INT, full INT, general INT, generate INT, geomcollection INT, geometry INT, geometrycollection INT, get_format INT)
= create s.t (format int, found int, full int, general int, generate int, geomcollection int, geometry int, geometrycollection int, get_format int)
CREATE TABLE t (get_source_public_key INT, global INT, grants INT, group_replication INT, gtid_only INT, guided INT, handler INT, hash INT, help INT)
= create s.t (get_source_public_key int, global int, grants int, group_replication int, gtid_only int, guided int, handler int, hash int, help int)
CREATE TABLE t (histogram INT, history INT, host INT, hosts INT, hour INT, identified INT, import INT, inactive INT, indexes INT)
= create s.t (histogram int, history int, host int, hosts int, hour int, identified int, import int, inactive int, indexes int)
CREATE TABLE t (initial INT, initial_size INT, initiate INT, insert_method INT, install INT, instance INT, invisible INT, invoker INT, io INT)
= create s.t (initial int, initial_size int, initiate int, insert_method int, install int, instance int, invisible int, invoker int, io int)
CREATE TABLE t (io_thread INT, ipc INT, isolation INT, issuer INT, json INT, json_value INT, keyring INT, key_block_size INT, language INT)
= create s.t (io_thread int, ipc int, isolation int, issuer int, json int, json_value int, keyring int, key_block_size int, language int)
CREATE TABLE t (last INT, leaves INT, less INT, level INT, linestring INT, list INT, local INT, locked INT, locks INT)
= create s.t (last int, leaves int, less int, level int, linestring int, list int, local int, locked int, locks int)
CREATE TABLE t (log INT, logfile INT, logs INT, max_connections_per_hour INT, max_queries_per_hour INT, max_rows INT, max_size INT, max_updates_per_hour INT, max_user_connections INT)
= create s.t (log int, logfile int, logs int, max_connections_per_hour int, max_queries_per_hour int, max_rows int, max_size int, max_updates_per_hour int, max_user_connections int)
CREATE TABLE t (medium INT, member INT, memory INT, merge INT, message_text INT, microsecond INT, migrate INT, minute INT, min_rows INT)
= create s.t (medium int, member int, memory int, merge int, message_text int, microsecond int, migrate int, minute int, min_rows int)
CREATE TABLE t (mode INT, modify INT, month INT, multilinestring INT, multipoint INT, multipolygon INT, mutex INT, mysql_errno INT, name INT)
= create s.t (mode int, modify int, month int, multilinestring int, multipoint int, multipolygon int, mutex int, mysql_errno int, name int)
CREATE TABLE t (names INT, national INT, nchar INT, ndb INT, ndbcluster INT, nested INT, network_namespace INT, never INT, new INT)
= create s.t (names int, national int, nchar int, ndb int, ndbcluster int, nested int, network_namespace int, never int, new int)
CREATE TABLE t (next INT, no INT, nodegroup INT, none INT, nowait INT, nulls INT, number INT, nvarchar INT, off INT)
= create s.t (next int, no int, nodegroup int, none int, nowait int, nulls int, number int, nvarchar int, off int)
CREATE TABLE t (offset INT, oj INT, old INT, one INT, only INT, open INT, optional INT, options INT, ordinality INT)
= create s.t (offset int, oj int, old int, one int, only int, open int, optional int, options int, ordinality int)
CREATE TABLE t (organization INT, others INT, owner INT, pack_keys INT, page INT, parser INT, partial INT, partitioning INT, partitions INT)
= create s.t (organization int, others int, owner int, pack_keys int, page int, parser int, partial int, partitioning int, partitions int)
CREATE TABLE t (password INT, password_lock_time INT, path INT, persist INT, persist_only INT, phase INT, plugin INT, plugins INT, plugin_dir INT)
= create s.t (password int, password_lock_time int, path int, persist int, persist_only int, phase int, plugin int, plugins int, plugin_dir int)
CREATE TABLE t (point INT, polygon INT, port INT, precedes INT, preceding INT, prepare INT, preserve INT, prev INT, privileges INT)
= create s.t (point int, polygon int, port int, precedes int, preceding int, prepare int, preserve int, prev int, privileges int)
CREATE TABLE t (privilege_checks_user INT, process INT, processlist INT, profile INT, profiles INT, proxy INT, quarter INT, query INT, quick INT)
= create s.t (privilege_checks_user int, process int, processlist int, profile int, profiles int, proxy int, quarter int, query int, quick int)
CREATE TABLE t (random INT, rebuild INT, recover INT, redo_buffer_size INT, redundant INT, reference INT, registration INT, relay INT, relaylog INT)
= create s.t (random int, rebuild int, recover int, redo_buffer_size int, redundant int, reference int, registration int, relay int, relaylog int)
CREATE TABLE t (relay_log_file INT, relay_log_pos INT, relay_thread INT, reload INT, remove INT, reorganize INT, repair INT, repeatable INT, replica INT)
= create s.t (relay_log_file int, relay_log_pos int, relay_thread int, reload int, remove int, reorganize int, repair int, repeatable int, replica int)
CREATE TABLE t (replicas INT, replicate_do_db INT, replicate_do_table INT, replication INT, require_row_format INT, reset INT, resource INT, respect INT, restart INT)
= create s.t (replicas int, replicate_do_db int, replicate_do_table int, replication int, require_row_format int, reset int, resource int, respect int, restart int)
CREATE TABLE t (restore INT, resume INT, retain INT, returned_sqlstate INT, returning INT, returns INT, reuse INT, reverse INT, role INT)
= create s.t (restore int, resume int, retain int, returned_sqlstate int, returning int, returns int, reuse int, reverse int, role int)
CREATE TABLE t (rollback INT, rollup INT, rotate INT, routine INT, row_count INT, row_format INT, rtree INT, savepoint INT, schedule INT)
= create s.t (rollback int, rollup int, rotate int, routine int, row_count int, row_format int, rtree int, savepoint int, schedule int)
CREATE TABLE t (schema_name INT, secondary INT, secondary_engine INT, secondary_engine_attribute INT, secondary_load INT, secondary_unload INT, second INT, security INT, serial INT)
= create s.t (schema_name int, secondary int, secondary_engine int, secondary_engine_attribute int, secondary_load int, secondary_unload int, second int, security int, serial int)
CREATE TABLE t (serializable INT, server INT, session INT, share INT, shutdown INT, signed INT, simple INT, skip INT, slave INT)
= create s.t (serializable int, server int, session int, share int, shutdown int, signed int, simple int, skip int, slave int)
CREATE TABLE t (slow INT, snapshot INT, socket INT, some INT, soname INT, sounds INT, source INT, source_bind INT, source_host INT)
= create s.t (slow int, snapshot int, socket int, some int, soname int, sounds int, source int, source_bind int, source_host int)
CREATE TABLE t (source_port INT, sql_buffer_result INT, sql_thread INT, sql_tsi_day INT, srid INT, stacked INT, start INT, starts INT, stats_auto_recalc INT)
= create s.t (source_port int, sql_buffer_result int, sql_thread int, sql_tsi_day int, srid int, stacked int, start int, starts int, stats_auto_recalc int)
CREATE TABLE t (stats_persistent INT, stats_sample_pages INT, status INT, stop INT, storage INT, stream INT, string INT, subclass_origin INT, subject INT)
= create s.t (stats_persistent int, stats_sample_pages int, status int, stop int, storage int, stream int, string int, subclass_origin int, subject int)
CREATE TABLE t (subpartition INT, subpartitions INT, super INT, suspend INT, swaps INT, switches INT, tables INT, tablespace INT, table_checksum INT)
= create s.t (subpartition int, subpartitions int, super int, suspend int, swaps int, switches int, tables int, tablespace int, table_checksum int)
CREATE TABLE t (table_name INT, temporary INT, temptable INT, text INT, than INT, thread_priority INT, ties INT, time INT, timestamp INT)
= create s.t (table_name int, temporary int, temptable int, text int, than int, thread_priority int, ties int, time int, timestamp int)
CREATE TABLE t (timestampadd INT, timestampdiff INT, tls INT, transaction INT, triggers INT, truncate INT, type INT, types INT, unbounded INT)
= create s.t (timestampadd int, timestampdiff int, tls int, transaction int, triggers int, truncate int, type int, types int, unbounded int)
CREATE TABLE t (uncommitted INT, undefined INT, undofile INT, undo_buffer_size INT, unicode INT, uninstall INT, unknown INT, unregister INT, until INT)
= create s.t (uncommitted int, undefined int, undofile int, undo_buffer_size int, unicode int, uninstall int, unknown int, unregister int, until int)
CREATE TABLE t (upgrade INT, url INT, use_frm INT, user INT, user_resources INT, validation INT, value INT, variables INT, vcpu INT)
= create s.t (upgrade int, url int, use_frm int, user int, user_resources int, validation int, value int, variables int, vcpu int)
CREATE TABLE t (vector INT, view INT, visible INT, wait INT, warnings INT, week INT, weight_string INT, without INT, work INT)
= create s.t (vector int, view int, visible int, wait int, warnings int, week int, weight_string int, without int, work int)
CREATE TABLE t (wrapper INT, x509 INT, xa INT, xid INT, xml INT, year INT, zone INT)
= create s.t (wrapper int, x509 int, xa int, xid int, xml int, year int, zone int)

# The same in the places where a word could be taken for a clause
ALTER TABLE u ADD url VARCHAR(255)
= alter s.u: add url varchar(255)
ALTER TABLE u ADD vector VECTOR(3), ADD first INT FIRST, ADD after INT AFTER first
= alter s.u: add vector vector(3); add first int first; add after int after first
ALTER TABLE u ADD COLUMN comment TEXT COMMENT 'comment', ADD COLUMN visible INT INVISIBLE
= alter s.u: add comment text comment='comment'; add visible int invisible
ALTER TABLE u ADD key_block_size INT, ADD engine_attribute INT, ADD auto INT, ADD algorithm INT, ADD validation INT
= alter s.u: add key_block_size int; add engine_attribute int; add auto int; add algorithm int; add validation int
ALTER TABLE u ADD date DATE, ADD time TIME, ADD timestamp TIMESTAMP NULL, ADD year YEAR, ADD enum ENUM('enum'), ADD json JSON
= alter s.u: add date date; add time time; add timestamp timestamp null; add year year; add enum enum('enum'); add json json
ALTER TABLE u ADD partitions INT, ADD partitioning INT, ADD period INT, ADD tablespace INT
= alter s.u: add partitions int; add partitioning int; add period int; add tablespace int
ALTER TABLE u CHANGE a columns INT COMMENT 'x'
= alter s.u: change a -> columns int comment='x'
ALTER TABLE u RENAME COLUMN a TO status
= alter s.u: rename a -> status
ALTER TABLE u RENAME type
= alter s.u: rename-to s.type
ALTER TABLE u RENAME TO action
= alter s.u: rename-to s.action
CREATE TABLE t (a INT, KEY visible (a) VISIBLE, KEY comment (a) COMMENT 'x', UNIQUE type (a), UNIQUE KEY hash USING HASH (a))
= create s.t (a int; key visible(a), key comment(a), unique type(a), unique hash(a))
CREATE TABLE comment (comment INT COMMENT 'comment') COMMENT 'comment'
= create s.comment (comment int comment='comment') comment='comment'
CREATE TABLE status (status INT AS (1) VIRTUAL, value INT DEFAULT (1), start INT) START TRANSACTION
= create s.status (status int generated, value int default=(), start int)
CREATE TABLE t (enforced INT CHECK (enforced > 0) ENFORCED, invisible INT INVISIBLE, format INT COLUMN_FORMAT DEFAULT)
= create s.t (enforced int, invisible int invisible, format int)
CREATE TABLE t (serial SERIAL, unicode CHAR(1) UNICODE, ascii CHAR(1) ASCII, byte CHAR(1) BYTE, national NATIONAL CHAR(1))
= create s.t (serial bigint unsigned notnull auto unique, unicode char(1) charset=ucs2, ascii char(1) charset=latin1, byte binary(1), national char(1) charset=utf8)
CREATE TABLE t (n INT, x INT, b INT, N2 CHAR(1) DEFAULT N'n', X2 BINARY(1) DEFAULT X'00', B2 BIT DEFAULT B'0')
= create s.t (n int, x int, b int, N2 char(1) default='n', X2 binary(1) default='\x00', B2 bit default='\x00')

@norun reserved since 8.0, names before
CREATE TABLE t (system INT, `empty` INT, empty2 INT, function INT, recursive INT, cube INT, groups INT, of INT)
= create s.t (system int, empty int, empty2 int, function int, recursive int, cube int, groups int, of int)
ALTER TABLE u ADD rank INT, ADD system INT, ADD window TEXT, ADD lead INT AFTER rank
= alter s.u: add rank int; add system int; add window text; add lead int after rank
CREATE TABLE t (rank INT, row_number INT, first_value INT, last_value INT, over INT, `groups` INT, except INT, lateral INT)
= create s.t (rank int, row_number int, first_value int, last_value int, over int, groups int, except int, lateral int)
@norun reserved since 8.4 or 9.0, names before
CREATE TABLE t (manual INT, parallel INT, qualify INT, tablesample INT, library INT, intersect INT)
= create s.t (manual int, parallel int, qualify int, tablesample int, library int, intersect int)
ALTER TABLE u ADD manual INT, ADD parallel INT FIRST, DROP qualify, DROP COLUMN tablesample
= alter s.u: add manual int; add parallel int first; drop qualify; drop tablesample
ALTER TABLE u DROP system, ADD period INT, DROP period
= alter s.u: drop system; add period int; drop period
@norun a name before 5.6
ALTER TABLE u ADD partition INT, DROP partition
= alter s.u: add partition int; drop partition
