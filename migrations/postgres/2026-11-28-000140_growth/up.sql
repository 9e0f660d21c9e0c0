-- Who looks for a text knows the department, and not always the register.
DROP INDEX register_values_by_value;
CREATE INDEX register_values_by_value ON register_values (department, value, register);
-- Timers that were tried in vain are few.
CREATE INDEX timers_tried ON timers (available_at, case_id) WHERE attempts > 0;
-- Versions are asked for the cases that still run on them.
DROP INDEX cases_by_version;
CREATE INDEX cases_running ON cases (version_id, id) WHERE ended_at IS NULL;
