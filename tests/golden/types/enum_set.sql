CREATE TABLE t (
  id INT PRIMARY KEY,
  e ENUM('a', 'b', 'c') ,
  ec ENUM('x,y', 'back\\slash', 'quote''s', 'é中', '"d"'),
  el ENUM('é', 'ü') CHARACTER SET latin1,
  s SET('one', 'two', 'three'),
  sc SET('back\\slash', 'quote''s', 'é中'),
  s64 SET('b0','b1','b2','b3','b4','b5','b6','b7','b8','b9','b10','b11','b12','b13','b14','b15','b16','b17','b18','b19','b20','b21','b22','b23','b24','b25','b26','b27','b28','b29','b30','b31','b32','b33','b34','b35','b36','b37','b38','b39','b40','b41','b42','b43','b44','b45','b46','b47','b48','b49','b50','b51','b52','b53','b54','b55','b56','b57','b58','b59','b60','b61','b62','b63'),
  n ENUM('p', 'q') NOT NULL
);
-- rows
INSERT INTO t VALUES (1, 'a', 'x,y', 'é', 'one', 'back\\slash', 'b0', 'p');
INSERT INTO t VALUES (2, 'c', 'back\\slash', 'ü', 'three,one', 'quote''s,é中', 'b63,b0,b31,b32', 'q');
INSERT INTO t VALUES (3, 0, 'quote''s', 'é', '', '', '', 'p');
INSERT INTO t VALUES (4, 'nothing', 'é中', NULL, 7, 7, 18446744073709551615, 'q');
INSERT INTO t VALUES (5, 2, '"d"', NULL, NULL, NULL, NULL, 1);
INSERT INTO t (id) VALUES (6);
UPDATE t SET e = 'b', s = 'two', ec = 1;
DELETE FROM t;
