DROP TABLE started_cases;
DROP TABLE register_values;
DROP TABLE register_entries;
