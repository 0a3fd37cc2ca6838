.PHONY: run test check bench bench-search soak demo

run: # start the platform and print its address
	@docplatform/setup/enter python manage.py up

test: # the test suite, or a part of it: make test ARGS="tests/documents -k page"
	@docplatform/setup/enter --tests docplatform/setup/tests $(ARGS)

check: # the static checks
	@docplatform/setup/enter --tests docplatform/setup/checks

bench: # the benchmarks, each beside its floor
	@docplatform/setup/enter --tests docplatform/setup/bench bench $(ARGS)

bench-search: # search over half a million pages, or fewer: make bench-search SEARCH_PAGES=50000
	@docplatform/setup/enter --tests docplatform/setup/bench bench_search $(if $(SEARCH_PAGES),--pages $(SEARCH_PAGES)) $(ARGS)

soak: # the fault and fuzz tests with large numbers
	@docplatform/setup/enter --tests docplatform/setup/soak $(ARGS)

demo: # fill the platform with a believable newsroom
	@docplatform/setup/enter python manage.py demo
