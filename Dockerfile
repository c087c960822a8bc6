# A broker with Kafka's tools. Needs nothing of BuildKit's, so that any Docker since 17.06 builds it.
#
#   docker build -t kafka-classic .
#   docker run -e KAFKA_ZOOKEEPER_CONNECT=zookeeper:2181 kafka-classic
#   docker run --rm kafka-classic kafka-topics --bootstrap-server broker:9092 --list

FROM node:20-bookworm-slim AS dependencies
WORKDIR /build
# Another registry than npm's: --build-arg NPM_CONFIG_REGISTRY=https://npm.example.com/
ARG NPM_CONFIG_REGISTRY
# Alone, so that the dependencies are installed again only when they change.
COPY package.json package-lock.json .npmrc ./
# Not `npm ci`: it refuses to install when a registry lacks a package meant for another platform.
RUN npm install --include=dev --no-audit --no-fund

FROM dependencies AS build
COPY tsconfig.json tsconfig.build.json ./
COPY broker broker
COPY client client
COPY zk-coordination zk-coordination
COPY tools tools
RUN npm run --silent build \
  && rm -f dist/.tsbuildinfo \
  && find dist -name '*.d.ts' -delete \
  && npm prune --omit=dev --no-audit --no-fund

FROM node:20-bookworm-slim
RUN groupadd --system --gid 1001 kafka \
  && useradd --system --uid 1001 --gid kafka --home-dir /var/lib/kafka --no-create-home kafka \
  && install --directory --owner=kafka --group=kafka /var/lib/kafka
WORKDIR /opt/kafka
COPY --from=build /build/node_modules node_modules
COPY --from=build /build/dist dist
COPY package.json LICENSE README.md ./
COPY bin bin
COPY tools/docker/ready.sh bin/
COPY tools/docker/server.properties /etc/kafka/
# Each tool by both names: kafka-topics.sh and kafka-topics.
RUN cd bin && for tool in kafka-*.sh zookeeper-*.sh; do ln -s "$tool" "${tool%.sh}"; done

# http.listener is set here and not in server.properties because the health check has to know it.
ENV PATH=/opt/kafka/bin:$PATH \
    NODE_ENV=production \
    KAFKA_CLASSIC_RUN_DIR=/tmp/kafka \
    KAFKA_HTTP_LISTENER=:9404
USER kafka
VOLUME /var/lib/kafka
EXPOSE 9092 9404
HEALTHCHECK --interval=3s --timeout=3s --start-period=60s --retries=3 CMD ["ready.sh"]
# The broker is process 1 and gets SIGTERM itself: it flushes, leaves a clean marker, and ends.
ENTRYPOINT []
CMD ["node", "/opt/kafka/dist/tools/docker/start-broker.js", "/etc/kafka/server.properties"]
