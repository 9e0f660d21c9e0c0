ALTER TABLE roles DROP COLUMN region;
DROP TABLE register_rounds;
DROP TABLE register_marks;
