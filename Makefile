# Groundswell. Targets:
#   make            build build/swell
#   make demo       install what is needed, build, a month of posts, a digest
#   make check      install what is needed, build, lint, every test
#   make test       the tests alone (NAME=pattern for some; BLESS=1 rewrites)
#   make bench      throughput of each stage beside a peer
#   make fuzz       each fuzzer for SECONDS (60)
#   make lint       clang-tidy, cppcheck, layers
#   make install    into PREFIX (/usr/local), DESTDIR respected
#   make clean      remove build/
#   make check-long the tests that take an hour
# SAN=1: ASan and UBSan, in build-san. CC, CFLAGS, OUT are yours.

SAN ?=
OUT ?= build$(if $(SAN),-san)
PREFIX ?= /usr/local
DATADIR ?= $(PREFIX)/share/swell
CFLAGS ?= -O3 -g
VERSION := $(shell cat VERSION)

LAYERS := base collectors store pipeline digest commands
PACKAGES := libcurl yajl libpcre2-8 lmdb yaml-0.1 zlib libzstd sqlite3 \
            libxxhash libsodium expat libmicrohttpd
WARN := -Wall -Wextra -Wpedantic -Wshadow -Werror=implicit-function-declaration
comma := ,
SANFLAGS := $(if $(SAN),-fsanitize=address$(comma)undefined -fno-omit-frame-pointer -O1)
override CFLAGS += -std=c17 $(WARN) $(SANFLAGS)
CPPFLAGS += -I. -D_GNU_SOURCE -include base/banned.h -DVERSION='"$(VERSION)"' \
            -DDATADIR='"$(DATADIR)"' $(shell pkg-config --cflags $(PACKAGES) 2>/dev/null)
LDFLAGS += $(SANFLAGS) -pthread
LDLIBS += $(shell pkg-config --libs $(PACKAGES) 2>/dev/null) -llinear -lm

SOURCES := $(wildcard $(LAYERS:=/*.c))
OBJECTS := $(SOURCES:%.c=$(OUT)/%.o)
TESTS := $(patsubst %.c,$(OUT)/%,$(wildcard tests/unit/*.c tests/bench/*.c tests/tools/*.c))
FUZZERS := $(patsubst %.c,$(OUT)/%,$(wildcard tests/fuzz/*.c))

.PHONY: all demo check check-long test bench fuzz lint install clean help
all: $(OUT)/swell

$(OUT)/libswell.a: $(OBJECTS)
	@rm -f $@
	$(AR) rcs $@ $^

$(OUT)/swell: $(OUT)/main.o $(OUT)/libswell.a
$(TESTS): $(OUT)/%: $(OUT)/%.o $(OUT)/libswell.a
$(OUT)/tests/unit/%: LDLIBS += -lcmocka
$(OUT)/swell $(TESTS):
	$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(OUT)/%.o: %.c | .packages-ok
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

.packages-ok: # not a file: says what is missing before the compiler does
	@pkg-config --exists $(PACKAGES) || { echo "make: libraries are missing: run 'tests/packages build' as root" >&2; exit 1; }

-include $(shell find $(OUT) -name '*.d' 2>/dev/null)
help:
	@sed -n '1,/^$$/s/^# \{0,1\}//p' Makefile

clean:
	rm -rf build build-*
demo:
	@tests/packages build
	@$(MAKE) -s -j2 $(OUT)/swell $(OUT)/tests/tools/generate
	@tests/demo $(OUT)

check:
	@tests/packages build test
	@tests/packages server || echo 'make: without them the tests of real servers are skipped' >&2
	@$(MAKE) -s -j2 $(OUT)/swell $(TESTS)
	@tests/lint
	@tests/run $(OUT) '$(or $(NAME),*)'

check-long:
	@KILLS=1000 FILLS=100 ROUNDS=500 SEQUENCES=10000 PATIENCE=6 $(MAKE) -s check

test: $(OUT)/swell $(TESTS)
	@tests/run $(OUT) '$(or $(NAME),*)'

bench:
	@tests/packages build test
	@$(MAKE) -s $(OUT)/swell $(TESTS)
	@tests/bench/run $(OUT)

lint:
	@tests/lint
SECONDS ?= 60
fuzz:
	@tests/packages build test
	@tests/fuzz/run $(SECONDS)

install: $(OUT)/swell
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/man/man1 $(DESTDIR)$(DATADIR)/cron
	install -m 755 $(OUT)/swell $(DESTDIR)$(PREFIX)/bin/swell
	cp -R lexicons $(DESTDIR)$(DATADIR)/
	chmod -R u=rwX,go=rX $(DESTDIR)$(DATADIR)/lexicons
	install -m 644 cron/* $(DESTDIR)$(DATADIR)/cron/
	umask 022; $(OUT)/swell manual >$(DESTDIR)$(PREFIX)/share/man/man1/swell.1
