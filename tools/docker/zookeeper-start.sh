#!/bin/sh
# zkServer.sh of the stand-in for the official zookeeper image (make-base-images.sh): writes zoo.cfg
# from the variables of that image and becomes the server. Understands only start-foreground.
set -eu

if [ "${1:-}" != start-foreground ]; then
  echo "usage: zkServer.sh start-foreground" >&2
  exit 2
fi

config=/conf/zoo.cfg
if [ ! -f "$config" ]; then
  {
    echo "dataDir=/data"
    echo "dataLogDir=/datalog"
    echo "tickTime=${ZOO_TICK_TIME:-2000}"
    echo "initLimit=${ZOO_INIT_LIMIT:-5}"
    echo "syncLimit=${ZOO_SYNC_LIMIT:-2}"
    echo "autopurge.snapRetainCount=${ZOO_AUTOPURGE_SNAPRETAINCOUNT:-3}"
    echo "autopurge.purgeInterval=${ZOO_AUTOPURGE_PURGEINTERVAL:-0}"
    echo "maxClientCnxns=${ZOO_MAX_CLIENT_CNXNS:-60}"
    echo "standaloneEnabled=${ZOO_STANDALONE_ENABLED:-true}"
    echo "admin.enableServer=${ZOO_ADMINSERVER_ENABLED:-true}"
    echo "4lw.commands.whitelist=${ZOO_4LW_COMMANDS_WHITELIST:-srvr}"
    # Each server brings its client port: server.1=zookeeper-1:2888:3888;2181
    for server in ${ZOO_SERVERS:-'server.1=localhost:2888:3888;2181'}; do echo "$server"; done
    for entry in ${ZOO_CFG_EXTRA:-}; do echo "$entry"; done
  } >"$config"
fi
[ -f /data/myid ] || echo "${ZOO_MY_ID:-1}" >/data/myid

# JVMFLAGS are words, not one argument.
# shellcheck disable=SC2086
exec java "-Xmx${ZK_SERVER_HEAP:-1000}m" ${JVMFLAGS:-} -Djava.awt.headless=true \
  -Dorg.slf4j.simpleLogger.showDateTime=true \
  -cp /usr/share/java/zookeeper.jar:/usr/share/java/slf4j-simple.jar \
  org.apache.zookeeper.server.quorum.QuorumPeerMain "$config"
