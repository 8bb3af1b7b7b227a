# What tools write: dumps, online schema changes, migration frameworks.
@setup CREATE TABLE orders (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, total DECIMAL(10,2), note TEXT)
@setup CREATE TABLE _orders_new (id INT NOT NULL PRIMARY KEY, total DECIMAL(12,2))
@setup CREATE TABLE _orders_gho (id INT NOT NULL PRIMARY KEY)

# A dump
DROP TABLE IF EXISTS `orders`
= drop if-exists s.orders
/*!40101 SET @saved_cs_client     = @@character_set_client */
= nothing
/*!50503 SET character_set_client = utf8mb4 */
= nothing
/*!50001 CREATE VIEW `v` AS SELECT 1 AS `one`*/
= nothing
CREATE TABLE `dumped` (
  `id` int unsigned NOT NULL AUTO_INCREMENT,
  `name` varchar(50) COLLATE utf8mb4_unicode_ci NOT NULL DEFAULT '' COMMENT 'a ''quoted'' comment',
  `flags` set('a','b') CHARACTER SET latin1 COLLATE latin1_swedish_ci DEFAULT NULL,
  `at` timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
  `expr` varchar(36) COLLATE utf8mb4_unicode_ci DEFAULT (uuid()),
  `gen` int GENERATED ALWAYS AS ((`hid` + 1)) VIRTUAL,
  `sto` int GENERATED ALWAYS AS ((`hid` * 2)) STORED,
  `hid` int DEFAULT '3' /*!80023 INVISIBLE */,
  `pos` point NOT NULL /*!80003 SRID 4326 */,
  PRIMARY KEY (`id`),
  UNIQUE KEY `name` (`name`(10)) COMMENT 'x',
  KEY `fun` ((lower(`name`))),
  KEY `inv` (`flags`) /*!80000 INVISIBLE */,
  SPATIAL KEY `pos` (`pos`),
  FULLTEXT KEY `ft` (`name`) /*!50100 WITH PARSER `ngram` */ ,
  CONSTRAINT `chk` CHECK ((`hid` > 0)) /*!80016 NOT ENFORCED */
) ENGINE=InnoDB AUTO_INCREMENT=7 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci STATS_PERSISTENT=0 COMMENT='dumped; it''s'
= create s.dumped (id int unsigned notnull auto, name varchar(50) collate=utf8mb4_unicode_ci notnull default='' comment='a ''quoted'' comment', flags set('a','b') charset=latin1 collate=latin1_swedish_ci default=null, at timestamp notnull default=(), expr varchar(36) collate=utf8mb4_unicode_ci default=(), gen int generated, sto int stored, hid int default='3' invisible, pos point notnull; primary(id), unique name(name(10)), key fun(()), key inv(flags), key pos(pos), key ft(name)) charset=utf8mb4 collate=utf8mb4_unicode_ci comment='dumped; it''s'

# gh-ost
create /* gh-ost */ table `s`.`_orders_ghc` (
    id bigint unsigned auto_increment,
    last_update timestamp not null DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
    hint varchar(64) charset ascii not null,
    value varchar(4096) charset ascii not null,
    primary key(id),
    unique key hint_uidx(hint)
  ) auto_increment=256 comment='x'
= create s._orders_ghc (id bigint unsigned auto, last_update timestamp notnull default=(), hint varchar(64) charset=ascii notnull, value varchar(4096) charset=ascii notnull; primary(id), unique hint_uidx(hint)) comment='x'
create /* gh-ost */ table `s`.`_orders_gh2` like `s`.`orders`
= create s._orders_gh2 like s.orders
alter /* gh-ost */ table `s`.`_orders_gho` add column price int not null default 0
= alter s._orders_gho: add price int notnull default='0'
alter /* gh-ost */ table `s`.`_orders_gho` AUTO_INCREMENT=12
= alter s._orders_gho:
create /* gh-ost */ table `s`.`_orders_del` (
   id int auto_increment primary key
  ) engine=InnoDB comment='ghost-cut-over-sentry'
= create s._orders_del (id int auto pk) comment='ghost-cut-over-sentry'
rename /* gh-ost */ table `s`.`orders` to `s`.`_orders_del`, `s`.`_orders_gho` to `s`.`orders`
= rename s.orders -> s._orders_del, s._orders_gho -> s.orders
drop /* gh-ost */ table if exists `s`.`_orders_gho`
= drop if-exists s._orders_gho

# pt-online-schema-change
ALTER TABLE `s`.`_orders_new` ADD COLUMN price INT, DROP COLUMN total
= alter s._orders_new: add price int; drop total
CREATE TRIGGER `pt_osc_s_orders_del` AFTER DELETE ON `s`.`orders` FOR EACH ROW DELETE IGNORE FROM `s`.`_orders_new` WHERE `s`.`_orders_new`.`id` <=> OLD.`id`
= nothing
RENAME TABLE `s`.`orders` TO `s`.`_orders_old`, `s`.`_orders_new` TO `s`.`orders`
= rename s.orders -> s._orders_old, s._orders_new -> s.orders
DROP TABLE IF EXISTS `s`.`_orders_old`
= drop if-exists s._orders_old

# Migration frameworks
create table if not exists `migrations` (`id` int unsigned not null auto_increment primary key, `migration` varchar(255) not null, `batch` int not null) default character set utf8mb4 collate 'utf8mb4_unicode_ci'
= create if-not-exists s.migrations (id int unsigned notnull auto pk, migration varchar(255) notnull, batch int notnull) charset=utf8mb4 collate=utf8mb4_unicode_ci
alter table `orders` add `url` varchar(255) null after `total`, add `deleted_at` timestamp null
= alter s.orders: add url varchar(255) null after total; add deleted_at timestamp null
alter table `orders` add unique `orders_total_unique`(`total`)
= alter s.orders: addkey unique orders_total_unique(total)
CREATE TABLE `ar_internal_metadata` (`key` varchar(255) NOT NULL PRIMARY KEY, `value` varchar(255), `created_at` datetime(6) NOT NULL, `updated_at` datetime(6) NOT NULL)
= create s.ar_internal_metadata (key varchar(255) notnull pk, value varchar(255), created_at datetime(6) notnull, updated_at datetime(6) notnull)
ALTER TABLE `orders` ADD `lock_version` int DEFAULT 0 NOT NULL, ALGORITHM = INPLACE
= alter s.orders: add lock_version int notnull default='0'
ALTER TABLE `orders` ADD INDEX `index_orders_on_total`  (`total`), ADD CONSTRAINT `fk_rails_1`
FOREIGN KEY (`id`)
  REFERENCES `_orders_new` (`id`)
= alter s.orders: addkey key index_orders_on_total(total); addkey foreign fk_rails_1(id)
CREATE TABLE `auth_user` (`id` integer AUTO_INCREMENT NOT NULL PRIMARY KEY, `is_active` bool NOT NULL, `date_joined` datetime(6) NOT NULL, `data` json NOT NULL)
= create s.auth_user (id int notnull auto pk, is_active tinyint(1) notnull, date_joined datetime(6) notnull, data json notnull)
ALTER TABLE `orders` MODIFY `note` longtext NULL
= alter s.orders: change note -> note longtext null
CREATE TABLE DATABASECHANGELOG (ID VARCHAR(255) NOT NULL, DATEEXECUTED datetime NOT NULL, MD5SUM VARCHAR(35) NULL, `DESCRIPTION` VARCHAR(255) NULL, LIQUIBASE VARCHAR(20) NULL)
= create s.DATABASECHANGELOG (ID varchar(255) notnull, DATEEXECUTED datetime notnull, MD5SUM varchar(35) null, DESCRIPTION varchar(255) null, LIQUIBASE varchar(20) null)
CREATE TABLE `flyway_schema_history` (
    `installed_rank` INT NOT NULL,
    `version` VARCHAR(50),
    `installed_on` TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    `success` BOOL NOT NULL,
    CONSTRAINT `flyway_schema_history_pk` PRIMARY KEY (`installed_rank`)
) ENGINE=InnoDB
= create s.flyway_schema_history (installed_rank int notnull, version varchar(50), installed_on timestamp notnull default=(), success tinyint(1) notnull; primary(installed_rank))
CREATE INDEX `flyway_schema_history_s_idx` ON `orders` (`total`)
= alter s.orders: addkey key flyway_schema_history_s_idx(total)
ALTER TABLE orders CHANGE COLUMN `total` `amount` DECIMAL(20, 4) UNSIGNED NOT NULL DEFAULT '0.0000' COMMENT 'in EUR' AFTER `id`
= alter s.orders: change total -> amount decimal(20,4) unsigned notnull default='0.0000' comment='in EUR' after id
CREATE TABLE mysql.rds_heartbeat2 (id INT NOT NULL, value BIGINT, PRIMARY KEY (id)) ENGINE=InnoDB
= create mysql.rds_heartbeat2 (id int notnull, value bigint; primary(id))
