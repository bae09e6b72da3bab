# `make run` and `make test` are the two commands; the rest is for those who change things.

.PHONY: help run test check bench fuzz sdks

help:
	@echo 'make run     build the server and run it on SQLite in ./data'
	@echo 'make test    everything that must hold, on SQLite and PostgreSQL'
	@echo 'make check   form and lints only'
	@echo 'make sdks    what the SDKs have from the API, anew'
	@echo 'make bench   the call path beside a bare proxy'
	@echo 'make fuzz    every fuzz target for 20 seconds'

run:
	@scripts/run.sh

test:
	@scripts/test.sh

check:
	@scripts/check.sh

sdks:
	@scripts/sdks.sh

bench:
	@scripts/bench.sh

fuzz:
	@scripts/fuzz.sh
