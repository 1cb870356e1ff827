#!/bin/sh
# The browser tests need Debian's chromium-headless-shell (chromium does too, slower) and a Chinese font, those of live
# sources its mosquitto, reports as PDF Pango. As root we install what is missing; otherwise we say which command the
# machine's owner runs.
set -eu
has() { command -v "$1" >/dev/null 2>&1; }
may_install() { has apt-get && [ "$(id -u)" = 0 ]; }
install() {
    apt-get update -qq
    # shellcheck disable=SC2086
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $1 >/dev/null
}
missing=""
if ! has chromium-headless-shell; then
    if ! has chromium; then
        missing="$missing chromium-headless-shell"
    elif may_install; then
        install chromium-headless-shell || echo "The browser tests use chromium: chromium-headless-shell cannot be installed" >&2
    fi
fi
{ has fc-list && fc-list :lang=zh-cn 2>/dev/null | grep -q .; } || missing="$missing fontconfig fonts-noto-cjk"
PATH="$PATH:/usr/sbin" has mosquitto || missing="$missing mosquitto"
PATH="$PATH:/usr/sbin:/sbin" ldconfig -p | grep -q libpangoft2-1.0.so.0 || missing="$missing libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
[ -z "$missing" ] && exit 0
if may_install; then
    install "$missing"
else
    echo "The tests need:$missing" >&2
    echo "Please run: sudo apt-get install$missing" >&2
    exit 1
fi
