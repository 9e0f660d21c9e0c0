DROP TABLE checkpoints;
DROP TABLE log_nodes;
DROP TABLE log_leaves;
DROP TABLE log_state;
