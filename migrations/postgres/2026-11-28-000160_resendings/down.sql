DROP TABLE resendings;
