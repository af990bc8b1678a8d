# The commands of scripts/ for whoever has make.
.PHONY: demo test lint
demo:
	./scripts/demo $(FILE)
test:
	./scripts/test
lint:
	./scripts/lint
