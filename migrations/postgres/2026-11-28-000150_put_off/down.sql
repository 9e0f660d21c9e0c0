DROP INDEX timers_put_off;
