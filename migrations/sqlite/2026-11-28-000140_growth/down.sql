DROP INDEX cases_running;
CREATE INDEX cases_by_version ON cases (version_id);
DROP INDEX timers_tried;
DROP INDEX register_values_by_value;
CREATE INDEX register_values_by_value ON register_values (register, department, value);
