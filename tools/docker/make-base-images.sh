#!/usr/bin/env bash
# Makes stand-ins for the images that the Dockerfile and docker-compose.yml start from, where no
# registry can be reached: the same names, made of Debian packages and this machine's Node.js.
#
#   tools/docker/make-base-images.sh            whatever is neither here nor to be had by docker pull
#   tools/docker/make-base-images.sh --force    all, without asking a registry
#
# Needs Debian or Ubuntu, root, a running Docker daemon, and mmdebstrap, which it installs if it is
# missing. DEBIAN_MIRROR names another mirror. Certificates this machine trusts go into the node
# image, so that npm works behind a proxy that reads TLS.
set -euo pipefail

readonly NODE_IMAGE=node:20-bookworm-slim
readonly ZOOKEEPER_IMAGE=zookeeper:3.8
readonly SUITE=bookworm
export CERTIFICATES=/etc/ssl/certs/ca-certificates.crt
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

fail() {
  echo "Error: $*" >&2
  exit 1
}

# image_needed <image>
image_needed() {
  [ "$force" = yes ] && return 0
  if docker image inspect "$1" >/dev/null 2>&1; then
    echo "✔ $1 is here."
    return 1
  fi
  if docker pull --quiet "$1" >/dev/null 2>&1; then
    echo "✔ $1 is fetched."
    return 1
  fi
}

# debian <packages, comma-separated> <mmdebstrap options…>: a file system in $tar. Not by a pipe:
# docker import would make an image of the half of a file system as well.
debian() {
  local packages=$1
  shift
  # Manual pages and translations are of no use in a container. The JRE's scripts want man1.
  mmdebstrap --quiet --variant=minbase --include="$packages" \
    --dpkgopt='path-exclude=/usr/share/man/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' \
    --dpkgopt='path-exclude=/usr/share/doc/*' \
    --setup-hook='mkdir -p "$1/usr/share/man/man1"' \
    --customize-hook='rm -rf "$1"/var/lib/apt/lists/* "$1"/var/cache/apt/*' \
    "$@" "$SUITE" "$tar" ${DEBIAN_MIRROR:-}
}

# As the official image: Node.js and npm under /usr/local, a user "node".
make_node_image() {
  NODE=$(node -p process.execPath)
  NPM=$(dirname "$(dirname "$(readlink -f "$(command -v npm)")")")
  export NODE NPM
  echo "… $NODE_IMAGE, of Debian $SUITE and Node.js $("$NODE" --version)"
  debian libstdc++6,libatomic1,ca-certificates \
    --customize-hook='install -D "$NODE" "$1/usr/local/bin/node"' \
    --customize-hook='mkdir -p "$1/usr/local/lib/node_modules"' \
    --customize-hook='cp -a "$NPM" "$1/usr/local/lib/node_modules/npm"' \
    --customize-hook='ln -s ../lib/node_modules/npm/bin/npm-cli.js "$1/usr/local/bin/npm"' \
    --customize-hook='ln -s ../lib/node_modules/npm/bin/npx-cli.js "$1/usr/local/bin/npx"' \
    --customize-hook='[ ! -r "$CERTIFICATES" ] || cp "$CERTIFICATES" "$1$CERTIFICATES"' \
    --customize-hook='chroot "$1" useradd --uid 1000 --create-home --shell /bin/bash node'
  docker import --change "ENV NODE_EXTRA_CA_CERTS=$CERTIFICATES" --change 'CMD ["node"]' \
    "$tar" "$NODE_IMAGE" >/dev/null
  echo "✔ $NODE_IMAGE"
}

# As the official image: folders, user, variables and zkServer.sh; ZooKeeper is Debian's.
make_zookeeper_image() {
  echo "… $ZOOKEEPER_IMAGE, of Debian $SUITE and its libzookeeper-java"
  export START=$here/zookeeper-start.sh
  debian default-jre-headless,libzookeeper-java,libslf4j-java \
    --customize-hook='install -D -m 755 "$START" "$1/usr/local/bin/zkServer.sh"' \
    --customize-hook='chroot "$1" useradd --uid 1000 --home-dir /data --no-create-home zookeeper' \
    --customize-hook='chroot "$1" install -d -o zookeeper -g zookeeper /data /datalog /logs /conf'
  docker import --change 'VOLUME ["/data", "/datalog", "/logs"]' \
    --change 'EXPOSE 2181 2888 3888 8080' --change 'USER zookeeper' \
    --change 'CMD ["zkServer.sh", "start-foreground"]' "$tar" "$ZOOKEEPER_IMAGE" >/dev/null
  echo "✔ $ZOOKEEPER_IMAGE"
}

case ${1:-} in
  '') force=no ;;
  --force) force=yes ;;
  *) fail "usage: $0 [--force]" ;;
esac
docker info >/dev/null 2>&1 || fail 'no Docker daemon answers; start one, e.g. systemctl start docker'

makers=()
if image_needed "$NODE_IMAGE"; then makers+=(make_node_image); fi
if image_needed "$ZOOKEEPER_IMAGE"; then makers+=(make_zookeeper_image); fi
[ ${#makers[@]} -gt 0 ] || exit 0

[ "$(id -u)" = 0 ] || fail 'making images of Debian packages takes root: run this with sudo'
if ! command -v mmdebstrap >/dev/null; then
  echo '… mmdebstrap (apt-get install)'
  apt-get update -qq && apt-get install -qq -y --no-install-recommends mmdebstrap >/dev/null ||
    fail 'mmdebstrap is missing and could not be installed: apt-get install mmdebstrap'
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
readonly tar=$folder/file-system.tar
for make in "${makers[@]}"; do "$make"; done
