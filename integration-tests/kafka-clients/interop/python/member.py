"""A consumer of a group in a thread of its own, which commits what it has read."""

import threading

from confluent_kafka import Consumer, KafkaException


class Member:
    def __init__(self, servers, group, topic, settings=None):
        self.owned = set()
        # Partitions that were taken away or lost so far.
        self.revoked = 0
        # (generation, partition, offset, value) of each record; a generation begins whenever
        # partitions are given to it.
        self.read = []
        self._generation = 0
        self._incremental = (settings or {}).get("partition.assignment.strategy") == (
            "cooperative-sticky"
        )
        self._consumer = Consumer(
            {
                "bootstrap.servers": servers,
                "group.id": group,
                "auto.offset.reset": "earliest",
                "heartbeat.interval.ms": 500,
                **(settings or {}),
            }
        )
        self._ending = threading.Event()
        self._failure = None
        self._thread = threading.Thread(target=self._work, args=(topic,), daemon=True)
        self._thread.start()

    def share(self):
        """Its partitions."""
        if self._failure:
            raise self._failure
        return frozenset(self.owned)

    def close(self):
        """Leaves the group."""
        self._ending.set()
        self._thread.join()
        if self._failure:
            raise self._failure

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _work(self, topic):
        try:
            self._consumer.subscribe(
                [topic], on_assign=self._assigned, on_revoke=self._taken, on_lost=self._taken
            )
            while not self._ending.is_set():
                message = self._consumer.poll(0.1)
                if message is None:
                    continue
                if message.error():
                    raise KafkaException(message.error())
                value = message.value().decode()
                self.read.append((self._generation, message.partition(), message.offset(), value))
        except Exception as error:  # Told of by the thread that asks.
            self._failure = error
        finally:
            self._consumer.close()

    def _assigned(self, _, partitions):
        if partitions:
            self._generation += 1
        numbers = {one.partition for one in partitions}
        self.owned = self.owned | numbers if self._incremental else numbers

    def _taken(self, _, partitions):
        self.revoked += len(partitions)
        self.owned = self.owned - {one.partition for one in partitions}
