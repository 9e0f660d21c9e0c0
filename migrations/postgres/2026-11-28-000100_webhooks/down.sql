DROP TABLE webhook_stops;
DROP TABLE webhook_messages;
