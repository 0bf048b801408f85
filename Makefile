# A city hotline, from an empty folder. `make help` lists everything; CI calls the same targets.
.DEFAULT_GOAL := help
.SUFFIXES:
SHELL := /bin/bash
STAMPS := var/stamps
HOTLINE := .venv/bin/hotline
PYTHON := .venv/bin/python
SUDO := $(if $(filter 0,$(shell id -u)),,sudo)
# what to look for on this machine = Debian package that has it
RUN_TOOLS := python3=python3 node=nodejs npm=npm /usr/share/doc/python3-venv=python3-venv mmdebstrap=mmdebstrap \
  espeak-ng=espeak-ng sox=sox /usr/share/doc/libsox-fmt-mp3=libsox-fmt-mp3
TEST_TOOLS := sipp=sip-tester baresip=baresip-core /usr/lib/postgresql=postgresql chromium=chromium \
  /usr/share/fonts/truetype/wqy/wqy-microhei.ttc=fonts-wqy-microhei

.PHONY: help
help: ## 这张表 · this table
	@echo "12345 热线引擎 · city hotline engine"; echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo
	@echo "  make demo ONCE=1       只演示一通电话,全部属实才返回 0 · one call; status 0 only if all of it is true"
	@echo "  make demo BREAK=名称   故意弄坏一处 · break one thing: mute-department skip-rating drop-recording double-order"

.PHONY: demo
demo: $(STAMPS)/switch $(STAMPS)/web ## 起一座城,打一通完整的电话 · bring everything up and play one whole call
	@echo "正在启动，几秒后是第一步 · starting; the first step follows in some seconds"
	@$(HOTLINE) demo $(if $(ONCE),--once) $(if $(BREAK),--break $(BREAK))

# $(call tested,marks): those tests, three files at a time, in the order of tests/conftest.py. Calls are played in real
# time on two cores, so they come by themselves, after what only computes. What failed beside others is looked at once
# more alone, and both runs are shown: a fault fails again, a machine that was too busy does not.
tested = { $(PYTHON) -m pytest -q -n 3 --dist loadfile --no-loadscope-reorder -m "$(1)" || { [ $$? = 1 ] && \
  echo "失败的测试单独再跑一次 · what failed is run once more, by itself" && \
  $(PYTHON) -m pytest -q --last-failed --last-failed-no-failures none --maxfail 3 -m "$(1)"; }; }

.PHONY: test
test: $(STAMPS)/switch $(STAMPS)/web $(STAMPS)/tests ## 测试(不含慢的)· tests without the slow ones
	@$(call tested,not slow and not switch) && $(call tested,not slow and switch)

.PHONY: test-all
test-all: $(STAMPS)/switch $(STAMPS)/web $(STAMPS)/tests ## 全部测试 · all tests
	@$(call tested,not switch) && $(call tested,switch)

.PHONY: check
check: lint $(STAMPS)/web ## 静态检查:风格、类型、依赖方向 · style, types, import arrows
	@$(PYTHON) -m mypy
	@npx --no-install tsc --noEmit
	@$(PYTHON) -m pytest -q tests/test_house.py

.PHONY: lint
lint: $(STAMPS)/python ## 风格 · style
	@$(PYTHON) -m ruff check .

.PHONY: bench
bench: $(STAMPS)/switch $(STAMPS)/tests ## 量速度,写 var/bench/latest.json · measure; ratios against plain Asterisk
	@$(PYTHON) -m bench

.PHONY: screenshots
screenshots: $(STAMPS)/switch $(STAMPS)/web $(STAMPS)/tests ## 每个页面的截图,在 var/screenshots · pictures of every page
	@PICTURES=1 $(PYTHON) -m pytest -q -m "slow or not slow" tests/web/test_screenshots.py tests/web/test_every_page.py \
	  tests/web/test_every_place.py

.PHONY: setup
setup: $(STAMPS)/switch $(STAMPS)/web ## 只安装,不运行 · only install
	@echo "就绪 · ready"

.PHONY: clean
clean: ## 删除缓存和虚拟环境,不动数据 · remove caches and .venv; data in var/ stays
	@rm -rf .venv node_modules web/static/dist .pytest_cache .mypy_cache .ruff_cache .hypothesis build ./*.egg-info $(STAMPS)
	@find . -name __pycache__ -not -path './var/*' -prune -exec rm -rf {} +

# ---------------------------------------------------------------------------------------------- setting up
# Each stamp is made once and again only when what it depends on has changed.

# $(call need,list): install the packages of the list whose tool is missing; the package lists are read only if need be
define need
missing=""; \
for pair in $(1); do \
  tool="$${pair%%=*}"; package="$${pair##*=}"; \
  case "$$tool" in \
    */python3-venv) python3 -c 'import venv, ensurepip' 2>/dev/null || missing="$$missing $$package";; \
    /*) [ -e "$$tool" ] || missing="$$missing $$package";; \
    *) command -v "$$tool" >/dev/null || missing="$$missing $$package";; \
  esac; \
done; \
if [ -n "$$missing" ]; then \
  echo "安装系统软件 · installing Debian packages:$$missing"; \
  install() { $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing; }; \
  install >/dev/null 2>&1 || { $(SUDO) apt-get update -qq && install >/dev/null; } \
    || { echo "安装失败;请手动执行 · that failed; do it by hand: apt-get install$$missing" >&2; exit 1; }; \
fi
endef

$(STAMPS)/packages:
	@mkdir -p $(STAMPS)
	@$(call need,$(RUN_TOOLS))
	@python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "需要 Python 3.11 或更新 · Python 3.11 or newer is needed" >&2; exit 1; }
	@touch $@

$(STAMPS)/tests: Makefile | $(STAMPS)/packages
	@$(call need,$(TEST_TOOLS))
	@touch $@

# The builder (setuptools) comes first, by its hash, so that nothing is built by what no hash vouches for.
$(STAMPS)/python: requirements.lock pyproject.toml | $(STAMPS)/packages
	@echo "准备 Python 环境 · making the Python environment (.venv)"
	@python3 -m venv .venv
	@sed -n '/^setuptools==/,/# via/p' requirements.lock > $(STAMPS)/builder.lock
	@$(PYTHON) -m pip install -qq --disable-pip-version-check --require-hashes -r $(STAMPS)/builder.lock
	@$(PYTHON) -m pip install -qq --disable-pip-version-check --require-hashes --no-build-isolation -r requirements.lock
	@$(PYTHON) -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(STAMPS)/switch: $(STAMPS)/python
	@$(HOTLINE) switch fetch
	@touch $@

# The pages' scripts: what npm's lock says, by its hashes, from wherever this machine's npm is told to look; no scripts run.
$(STAMPS)/npm: package.json package-lock.json | $(STAMPS)/packages
	@echo "准备网页组件 · fetching what the pages are built of"
	@npm ci --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error
	@touch $@

$(STAMPS)/web: $(STAMPS)/npm tsconfig.json $(wildcard web/build.mjs web/static/src/*.ts web/static/src/*/*.ts web/static/css/*.css)
	@echo "生成网页脚本 · building the pages' scripts"
	@node web/build.mjs
	@touch $@
