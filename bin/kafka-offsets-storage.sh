#!/bin/sh
# What this is called by may be a link to it.
exec "$(dirname -- "$(readlink -f -- "$0")")/run-tool" kafka-offsets-storage "$@"
