DROP INDEX register_entries_by_id;
DROP TABLE register_history;
DROP TABLE register_dates;
DROP TABLE register_terms;
DROP TABLE register_departments;
