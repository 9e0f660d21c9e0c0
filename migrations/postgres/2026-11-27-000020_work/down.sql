DROP TABLE opinions;
DROP TABLE turns;
