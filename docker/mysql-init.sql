-- What compose.yaml's MySQL begins with: the account of docs/mysql-setup.md and a table to write to.
CREATE USER cdc@'%' IDENTIFIED BY 'cdc-password';
GRANT REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO cdc@'%';
GRANT SELECT ON shop.* TO cdc@'%';

CREATE TABLE shop.orders (
  id BIGINT PRIMARY KEY AUTO_INCREMENT,
  customer VARCHAR(100) NOT NULL,
  total DECIMAL(10, 2) NOT NULL,
  created_at TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3)
);
