-- Those that wait for another try: few among all that wait for their time.
CREATE INDEX timers_put_off ON timers (available_at) WHERE available_at <> fire_at;
