"""The local stack: everything that AWS gives, on one machine, started by `make run`."""
