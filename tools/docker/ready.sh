#!/bin/bash
# HEALTHCHECK of the image: whether the broker says at /readyz that it serves. By bash alone: it runs
# every few seconds, and another Node.js process would cost more than an idle broker.
set -eu

listener=${KAFKA_HTTP_LISTENER:?http.listener is off, so nobody can tell whether the broker is ready}
exec 3<>"/dev/tcp/127.0.0.1/${listener##*:}"
printf 'GET /readyz HTTP/1.0\r\n\r\n' >&3
IFS= read -r status <&3
echo "$status"
[[ $status == *' 200 '* ]]
