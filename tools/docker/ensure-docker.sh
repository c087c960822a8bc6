#!/usr/bin/env bash
# For CI: sees to it that a Docker daemon answers and that everything is at hand which the image is
# built from, so that the tests with containers can run, and need no network any more. Where this
# cannot be had it says SKIPPED and why, leaves no daemon behind, and succeeds: those tests are then
# skipped too.
#
#   CI=1 tools/docker/ensure-docker.sh          installs, starts, makes what is missing
#   tools/docker/ensure-docker.sh --stop        ends the daemon that it started, if it did
#
# Installs and starts something only with CI set, and only as root on Debian. BUILD_NETWORK and
# NPM_CONFIG_REGISTRY mean what they mean in docker-compose.yml.
set -uo pipefail

readonly APT_S=180 DAEMON_S=40 IMAGES_S=300 INSTALL_S=180 RUN_S=60
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
readonly pid_file=$PWD/.cache/dockerd.pid log=$PWD/.cache/docker.log
mkdir -p .cache

stop() {
  local pid
  pid=$(cat "$pid_file" 2>/dev/null) || return 0
  rm -f "$pid_file"
  # The file may be older than the machine has been up.
  [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = dockerd ] || return 0
  kill "$pid"
  for _ in $(seq 100); do
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.1
  done
}

skip() {
  echo "SKIPPED: tests with containers: $*"
  [ ! -s "$log" ] || tail -n 5 "$log"
  stop
  exit 0
}

# attempt <seconds> <what> <command…>: runs it silently, skips when it fails.
attempt() {
  local limit=$1 what=$2 began=$SECONDS
  shift 2
  : >"$log"
  timeout --kill-after=5 "$limit" "$@" >>"$log" 2>&1 </dev/null || skip "$what failed"
  echo "✔ $what ($((SECONDS - began)) s)"
}

answers() { timeout 10 docker info >/dev/null 2>&1; }

install_docker() {
  export DEBIAN_FRONTEND=noninteractive
  apt-get -o DPkg::Lock::Timeout=60 update -qq || true
  apt-get -o DPkg::Lock::Timeout=60 install -qq -y --no-install-recommends \
    docker.io docker-compose iptables mmdebstrap mount
}

start_daemon() {
  # A session of its own, and none of our files open: it must not keep whoever waits for us.
  setsid dockerd >"$log.daemon" 2>&1 </dev/null &
  echo $! >"$pid_file"
  for _ in $(seq "$((DAEMON_S * 5))"); do
    answers && return 0
    kill -0 "$(cat "$pid_file")" 2>/dev/null || break
    sleep 0.2
  done
  tail -n 5 "$log.daemon" >"$log"
  skip 'the Docker daemon does not start here'
}

# The mirror this machine has itself, if it is a Debian of the images' release.
own_mirror() {
  apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Codename: bookworm' \
    2>/dev/null | head -n 1
}

if [ "${1:-}" = --stop ]; then
  stop
  exit 0
fi
: >"$log"
if ! answers; then
  [ -n "${CI:-}" ] || skip 'no Docker daemon answers'
  [ "$(id -u)" = 0 ] || skip 'no Docker daemon answers, and it takes root to start one'
  command -v apt-get >/dev/null || skip 'no Docker daemon answers, and this is no Debian'
  if ! command -v dockerd >/dev/null || ! command -v mmdebstrap >/dev/null; then
    export -f install_docker
    attempt "$APT_S" 'Installing Docker (apt-get)' bash -c install_docker
  fi
  start_daemon
  echo '✔ The Docker daemon is started'
  # This one copies whole file systems and would take all the disk and all the time.
  [ "$(docker info --format '{{.Driver}}')" != vfs ] || skip 'Docker has no overlay file system here'
fi

DEBIAN_MIRROR=${DEBIAN_MIRROR:-$(own_mirror)}
export DEBIAN_MIRROR
attempt "$IMAGES_S" 'Base images' tools/docker/make-base-images.sh
attempt "$RUN_S" 'A container runs' docker run --rm --network host node:20-bookworm-slim node --version
attempt "$INSTALL_S" 'Dependencies in the image (npm install)' docker build --target dependencies \
  --network "${BUILD_NETWORK:-default}" \
  --build-arg "NPM_CONFIG_REGISTRY=${NPM_CONFIG_REGISTRY:-https://registry.npmjs.org/}" .
