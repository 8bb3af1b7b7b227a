-- Transactions of all lengths, savepoints, rollbacks, sessions beside each other.
CREATE DATABASE case_transactions;
USE case_transactions;
CREATE TABLE account (id INT PRIMARY KEY, balance DECIMAL(12, 2));
CREATE TABLE entry (id INT AUTO_INCREMENT PRIMARY KEY, account_id INT, amount DECIMAL(12, 2), note VARCHAR(30));
CREATE TABLE untouched (id INT PRIMARY KEY);
-- rows
USE case_transactions;
INSERT INTO account VALUES (1, 100), (2, 200), (3, 0);
START TRANSACTION;
UPDATE account SET balance = balance - 10 WHERE id = 1;
UPDATE account SET balance = balance + 10 WHERE id = 2;
INSERT INTO entry (account_id, amount, note) VALUES (1, -10, 'out'), (2, 10, 'in');
COMMIT;
START TRANSACTION WITH CONSISTENT SNAPSHOT;
UPDATE account SET balance = 0 WHERE id = 3;
COMMIT;
START TRANSACTION READ ONLY;
SELECT * FROM account;
COMMIT;
BEGIN;
UPDATE account SET balance = balance * 2;
ROLLBACK;
BEGIN;
INSERT INTO entry (account_id, amount) VALUES (1, 1);
SAVEPOINT one;
INSERT INTO entry (account_id, amount) VALUES (1, 2);
SAVEPOINT `two words`;
INSERT INTO entry (account_id, amount) VALUES (1, 3);
ROLLBACK TO SAVEPOINT `two words`;
RELEASE SAVEPOINT one;
INSERT INTO entry (account_id, amount) VALUES (1, 4);
COMMIT AND CHAIN;
INSERT INTO entry (account_id, amount) VALUES (1, 5);
COMMIT AND NO CHAIN;
BEGIN;
SAVEPOINT all_of_it;
INSERT INTO entry (account_id, amount) VALUES (1, 6);
ROLLBACK TO all_of_it;
COMMIT;
SET autocommit = 0;
INSERT INTO account VALUES (4, 4);
UPDATE account SET balance = 5 WHERE id = 4;
DELETE FROM account WHERE id = 4;
INSERT INTO account VALUES (4, 6);
COMMIT;
SET autocommit = 1;
-- the same row changed again and again in one transaction
BEGIN;
UPDATE account SET balance = 1 WHERE id = 1;
UPDATE account SET balance = 2 WHERE id = 1;
UPDATE account SET id = 100 WHERE id = 1;
UPDATE account SET id = 1 WHERE id = 100;
DELETE FROM account WHERE id = 1;
INSERT INTO account VALUES (1, 3);
COMMIT;
-- a statement that commits by itself in the middle
BEGIN;
UPDATE account SET balance = 7 WHERE id = 2;
CREATE TABLE made_between (id INT PRIMARY KEY);
INSERT INTO made_between VALUES (1);
ROLLBACK;
BEGIN;
INSERT INTO made_between VALUES (2);
ALTER TABLE made_between ADD COLUMN v INT;
UPDATE made_between SET v = 1;
COMMIT;
-- two sessions
BEGIN;
UPDATE account SET balance = 50 WHERE id = 1;
-- other session
USE case_transactions;
BEGIN;
UPDATE account SET balance = 60 WHERE id = 2;
INSERT INTO entry (account_id, note) VALUES (2, 'other session');
-- first session
INSERT INTO entry (account_id, note) VALUES (1, 'first session');
-- other session
COMMIT;
-- first session
COMMIT;
-- a transaction of many statements over several tables, with a temporary table inside
BEGIN;
CREATE TEMPORARY TABLE scratch (id INT, v INT);
INSERT INTO scratch VALUES (1, 1), (2, 2);
INSERT INTO entry (account_id, amount, note) SELECT id, v, 'from scratch' FROM scratch;
UPDATE entry e JOIN scratch s ON s.id = e.account_id SET e.amount = s.v WHERE e.note IS NULL;
DROP TEMPORARY TABLE scratch;
COMMIT;
BEGIN;
INSERT INTO entry (account_id, amount, note) WITH RECURSIVE n (k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM n WHERE k < 200) SELECT k, k / 3, REPEAT('many ', 5) FROM n;
UPDATE entry SET amount = -amount WHERE account_id > 100;
DELETE FROM entry WHERE account_id BETWEEN 50 AND 150;
COMMIT;
SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED;
UPDATE account SET balance = balance + 1;
SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ;
DELETE FROM entry;
DELETE FROM account;
