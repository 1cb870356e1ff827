#!/bin/sh
# The browser tests need Debian's chromium and a Chinese font, those of live sources its mosquitto, reports as PDF Pango. As root we install
# what is missing; otherwise we say which command the machine's owner runs.
set -eu
missing=""
command -v chromium >/dev/null 2>&1 || missing="$missing chromium"
{ command -v fc-list >/dev/null 2>&1 && fc-list :lang=zh-cn 2>/dev/null | grep -q .; } || missing="$missing fontconfig fonts-noto-cjk"
PATH="$PATH:/usr/sbin" command -v mosquitto >/dev/null 2>&1 || missing="$missing mosquitto"
PATH="$PATH:/usr/sbin:/sbin" ldconfig -p | grep -q libpangoft2-1.0.so.0 || missing="$missing libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
[ -z "$missing" ] && exit 0
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
    apt-get update -qq
    # shellcheck disable=SC2086
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
else
    echo "The tests need:$missing" >&2
    echo "Please run: sudo apt-get install$missing" >&2
    exit 1
fi
