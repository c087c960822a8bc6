"""A small client of kafka-classic, written from PROTOCOL.md alone.

Needs Python 3.9 and msgpack (Debian: python3-msgpack). It is complete enough to produce, fetch and
administer topics, and short enough to be read in one sitting; it does not batch, retry or keep
group offsets.

    client = Client("localhost:9092")
    client.create_topics({"clicks": 3})
    client.produce("clicks", [Record(b"key", b"value")])
    for record in client.fetch("clicks", partition=0, offset=EARLIEST): ...
"""

import gzip
import socket
import struct
import time
from typing import Dict, Iterator, List, NamedTuple, Optional, Sequence, Tuple

import msgpack

# API keys, and the highest version of each that this client speaks.
PRODUCE, FETCH, LIST_OFFSETS, METADATA = 0, 1, 2, 3
API_VERSIONS, CREATE_TOPICS, DELETE_TOPICS = 18, 19, 20
KNOWN_VERSIONS = {
    PRODUCE: 9,
    FETCH: 12,
    LIST_OFFSETS: 7,
    METADATA: 12,
    API_VERSIONS: 3,
    CREATE_TOPICS: 7,
    DELETE_TOPICS: 6,
}

# Timestamps with a meaning in ListOffsets.
LATEST, EARLIEST, MAX_TIMESTAMP = -1, -2, -3

UNKNOWN_TOPIC_OR_PARTITION, LEADER_NOT_AVAILABLE = 3, 5
NONE, GZIP = 0, 1


class KafkaError(Exception):
    """The broker said no. `code` is one of PROTOCOL.md's error codes."""

    def __init__(self, code: int, message: Optional[str] = None):
        super().__init__(message or f"error code {code}")
        self.code = code


class CorruptBatch(Exception):
    """The bytes are not record batches."""


class Record(NamedTuple):
    key: Optional[bytes] = None
    value: Optional[bytes] = None
    headers: Sequence[Tuple[str, Optional[bytes]]] = ()
    timestamp: int = -1  # ms since the epoch; -1 when producing: now
    offset: int = -1  # set by the broker


# ---------------------------------------------------------------- checksums and hashes


def _crc32c_table() -> List[int]:
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
        table.append(byte)
    return table


_CRC32C = _crc32c_table()


def crc32c(data: bytes) -> int:
    """CRC-32C (Castagnoli), reflected, as iSCSI uses it."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ _CRC32C[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF


def murmur2(data: bytes) -> int:
    """The 32-bit murmur2 of Kafka's partitioner, as an unsigned number."""
    m, mask = 0x5BD1E995, 0xFFFFFFFF
    h = 0x9747B28C ^ len(data)
    whole = len(data) // 4 * 4
    for (k,) in struct.iter_unpack("<I", data[:whole]):
        k = k * m & mask
        k = (k ^ k >> 24) * m & mask
        h = h * m & mask ^ k
    rest = data[whole:]
    if rest:
        h = (h ^ int.from_bytes(rest, "little")) * m & mask
    h = (h ^ h >> 13) * m & mask
    return h ^ h >> 15


def partition_of(key: bytes, partitions: int) -> int:
    return (murmur2(key) & 0x7FFFFFFF) % partitions


# ---------------------------------------------------------------- record batches


def _varint(value: int) -> bytes:
    """Zig-zag, then 7 bits per byte, lowest first."""
    rest = value << 1 if value >= 0 else (-value << 1) - 1
    out = bytearray()
    while rest > 0x7F:
        out.append(rest & 0x7F | 0x80)
        rest >>= 7
    out.append(rest)
    return bytes(out)


def _sized(data: Optional[bytes]) -> bytes:
    return _varint(-1) if data is None else _varint(len(data)) + data


class _Reader:
    """Takes varints and bytes off the front of a block."""

    def __init__(self, data: bytes):
        self.data, self.at = data, 0

    def bytes(self, size: int) -> bytes:
        if size < 0 or self.at + size > len(self.data):
            raise CorruptBatch("a length in a record is not possible")
        self.at += size
        return self.data[self.at - size : self.at]

    def varint(self) -> int:
        value = shift = 0
        while True:
            (byte,) = self.bytes(1)
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value >> 1 ^ -(value & 1)
            shift += 7
            if shift > 63:
                raise CorruptBatch("a varint is too long")

    def sized(self) -> Optional[bytes]:
        size = self.varint()
        return None if size == -1 else self.bytes(size)


def _encode_record(record: Record, offset_delta: int, timestamp_delta: int) -> bytes:
    body = b"\0" + _varint(timestamp_delta) + _varint(offset_delta)
    body += _sized(record.key) + _sized(record.value) + _varint(len(record.headers))
    for name, value in record.headers:
        body += _sized(name.encode()) + _sized(value)
    return _varint(len(body)) + body


# Base offset, batch length, partition leader epoch, magic, CRC; what follows is under the CRC.
_HEAD = struct.Struct(">qiibI")
# Attributes, last offset delta, base and largest timestamp, producer id and epoch, base sequence,
# number of records.
_BODY = struct.Struct(">hiqqqhii")


def encode_batch(records: Sequence[Record], compression: int = NONE) -> bytes:
    """One record batch (format v2) as a producer sends it."""
    now = int(time.time() * 1000)
    times = [record.timestamp if record.timestamp >= 0 else now for record in records]
    block = b"".join(
        _encode_record(record, i, times[i] - times[0]) for i, record in enumerate(records)
    )
    if compression == GZIP:
        block = gzip.compress(block)
    last = len(records) - 1
    body = _BODY.pack(compression, last, times[0], max(times), -1, -1, -1, len(records)) + block
    length = _HEAD.size - 12 + len(body)
    return _HEAD.pack(0, length, -1, 2, crc32c(body)) + body


def decode_batches(data: bytes) -> Iterator[Record]:
    """The records of one or more whole batches, with their offsets and timestamps."""
    at = 0
    while at < len(data):
        if at + _HEAD.size + _BODY.size > len(data):
            raise CorruptBatch("the last batch is cut off")
        base_offset, length, _epoch, magic, crc = _HEAD.unpack_from(data, at)
        end = at + 12 + length
        body = data[at + _HEAD.size : end]
        if magic != 2 or end > len(data):
            raise CorruptBatch(f"magic {magic}, {length} bytes")
        if crc32c(body) != crc:
            raise CorruptBatch(f"wrong checksum in the batch at offset {base_offset}")
        yield from _decode_records(base_offset, body)
        at = end


def _decode_records(base_offset: int, body: bytes) -> Iterator[Record]:
    attributes, _last, base_time, max_time, _id, _epoch, _sequence, count = _BODY.unpack_from(body)
    if attributes & 0x20:  # control batches mark the end of transactions; they hold no data
        return
    log_append_time = attributes & 0x08
    compression = attributes & 0x07
    if compression not in (NONE, GZIP):
        raise CorruptBatch(f"this client cannot read compression {compression}")
    block = body[_BODY.size :]
    reader = _Reader(gzip.decompress(block) if compression == GZIP else block)
    for _ in range(count):
        size = reader.varint()
        end = reader.at + size
        reader.bytes(1)  # attributes, unused
        timestamp = base_time + reader.varint()
        offset = base_offset + reader.varint()
        key, value = reader.sized(), reader.sized()
        headers = [((reader.sized() or b"").decode(), reader.sized()) for _ in range(reader.varint())]
        if reader.at != end:
            raise CorruptBatch(f"the record at offset {offset} is not {size} bytes long")
        yield Record(key, value, headers, max_time if log_append_time else timestamp, offset)


# ---------------------------------------------------------------- requests


class Connection:
    """One connection to one broker, one request at a time."""

    def __init__(self, host: str, port: int, client_id: str, timeout: float):
        self._socket = socket.create_connection((host, port), timeout)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._client_id = client_id
        self._correlation_id = 0
        self._versions = {API_VERSIONS: KNOWN_VERSIONS[API_VERSIONS]}
        body = {"clientSoftwareName": "kafka-classic-python", "clientSoftwareVersion": "1"}
        answer = self.request(API_VERSIONS, body)
        check(answer)
        for api in answer["apiKeys"]:
            known = KNOWN_VERSIONS.get(api["apiKey"], -1)
            if api["minVersion"] <= known:
                self._versions[api["apiKey"]] = min(known, api["maxVersion"])

    @property
    def versions(self) -> Dict[int, int]:
        """The version used for each API both sides know."""
        return self._versions

    def request(self, api_key: int, body: dict, answered: bool = True) -> Optional[dict]:
        """Sends a request and waits for its response, unless there will be none."""
        self._correlation_id += 1
        correlation_id = self._correlation_id
        version = self._versions[api_key]
        payload = msgpack.packb([api_key, version, correlation_id, self._client_id, body])
        self._socket.sendall(struct.pack(">I", len(payload)) + payload)
        if not answered:
            return None
        (size,) = struct.unpack(">I", self._receive(4))
        answer = msgpack.unpackb(self._receive(size))
        if answer[0] != correlation_id:
            raise ConnectionError(f"response {answer[0]} to request {correlation_id}")
        if len(answer) == 3:
            raise KafkaError(answer[2]["errorCode"], answer[2].get("errorMessage"))
        return answer[1]

    def _receive(self, size: int) -> bytes:
        chunks = bytearray()
        while len(chunks) < size:
            chunk = self._socket.recv(min(size - len(chunks), 1 << 20))
            if not chunk:
                raise ConnectionError("the broker has closed the connection")
            chunks += chunk
        return bytes(chunks)

    def close(self) -> None:
        self._socket.close()


def check(answer: dict) -> dict:
    """Raises what `errorCode` says; a missing one is the default, 0."""
    code = answer.get("errorCode", 0)
    if code != 0:
        raise KafkaError(code, answer.get("errorMessage"))
    return answer


class Client:
    """Finds the leaders of partitions and talks to them."""

    def __init__(self, bootstrap: str, client_id: str = "python", timeout: float = 30.0):
        host, _, port = bootstrap.rpartition(":")
        self._client_id, self._timeout = client_id, timeout
        self._bootstrap = self._connect(host, int(port))
        self._brokers: Dict[Tuple[str, int], Connection] = {}
        self._next_partition = 0

    def close(self) -> None:
        for connection in [self._bootstrap, *self._brokers.values()]:
            connection.close()

    def api_versions(self) -> Dict[int, int]:
        return self._bootstrap.versions

    def metadata(self, topics: Optional[List[str]] = None, auto_create: bool = False) -> dict:
        """Brokers and topics as the Metadata response has them; all topics when none are named."""
        names = None if topics is None else [{"name": name} for name in topics]
        body = {"topics": names, "allowAutoTopicCreation": auto_create}
        return self._bootstrap.request(METADATA, body)

    def create_topics(
        self, partitions: Dict[str, int], replication_factor: int = -1, **configs: str
    ) -> List[dict]:
        """Configs with underscores for dots: `retention_ms="1000"`."""
        settings = [{"name": k.replace("_", "."), "value": v} for k, v in configs.items()]
        topics = [
            {
                "name": name,
                "numPartitions": count,
                "replicationFactor": replication_factor,
                "configs": settings,
            }
            for name, count in partitions.items()
        ]
        answer = self._bootstrap.request(CREATE_TOPICS, {"topics": topics, "timeoutMs": 30_000})
        return [check(topic) for topic in answer["topics"]]

    def delete_topics(self, names: List[str]) -> None:
        topics = [{"name": name} for name in names]
        answer = self._bootstrap.request(DELETE_TOPICS, {"topics": topics, "timeoutMs": 30_000})
        for response in answer["responses"]:
            check(response)

    def partitions(self, topic: str) -> List[int]:
        (answer,) = self.metadata([topic])["topics"]
        return sorted(partition["partitionIndex"] for partition in check(answer)["partitions"])

    def produce(
        self,
        topic: str,
        records: Sequence[Record],
        partition: Optional[int] = None,
        acks: int = -1,
        compression: int = NONE,
    ) -> Dict[int, int]:
        """Appends the records, by key unless a partition is given.

        Returns the offset of the first record of each partition; nothing with `acks` 0.
        """
        count = len(self.partitions(topic))
        groups: Dict[int, List[Record]] = {}
        for record in records:
            groups.setdefault(self._choose(record, count, partition), []).append(record)
        offsets = {}
        for index, group in groups.items():
            part = {"index": index, "records": encode_batch(group, compression)}
            body = {
                "acks": acks,
                "timeoutMs": 30_000,
                "topicData": [{"name": topic, "partitionData": [part]}],
            }
            leader = self._leader(topic, index)
            answer = leader.request(PRODUCE, body, answered=acks != 0)
            if answer is not None:
                response = answer["responses"][0]["partitionResponses"][0]
                offsets[index] = check(response)["baseOffset"]
        return offsets

    def fetch(
        self,
        topic: str,
        partition: int,
        offset: int = EARLIEST,
        max_wait_ms: int = 500,
        max_bytes: int = 1 << 20,
    ) -> List[Record]:
        """One long poll from this offset on; go on at the last record's offset plus one."""
        if offset < 0:
            offset = self.list_offset(topic, partition, offset)
        part = {"partition": partition, "fetchOffset": offset, "partitionMaxBytes": max_bytes}
        body = {
            "maxWaitMs": max_wait_ms,
            "minBytes": 1,
            "maxBytes": max_bytes,
            "topics": [{"topic": topic, "partitions": [part]}],
        }
        answer = check(self._leader(topic, partition).request(FETCH, body))
        for response in answer["responses"]:
            for found in response["partitions"]:
                data = check(found).get("records") or b""
                return [record for record in decode_batches(data) if record.offset >= offset]
        return []

    def list_offset(self, topic: str, partition: int, timestamp: int) -> int:
        """First offset of a record as young as this, or EARLIEST, LATEST; -1 when there is none."""
        part = {"partitionIndex": partition, "timestamp": timestamp}
        body = {"topics": [{"name": topic, "partitions": [part]}]}
        answer = self._leader(topic, partition).request(LIST_OFFSETS, body)
        return check(answer["topics"][0]["partitions"][0]).get("offset", -1)

    def _choose(self, record: Record, count: int, partition: Optional[int]) -> int:
        if partition is not None:
            return partition
        if record.key is not None:
            return partition_of(record.key, count)
        self._next_partition += 1
        return self._next_partition % count

    def _leader(self, topic: str, partition: int) -> Connection:
        """Asks for metadata every time: simple, and right after every election."""
        answer = self.metadata([topic])
        for found in check(answer["topics"][0])["partitions"]:
            if found["partitionIndex"] == partition:
                for broker in answer["brokers"]:
                    if broker["nodeId"] == found["leaderId"]:
                        return self._broker(broker["host"], broker["port"])
                raise KafkaError(LEADER_NOT_AVAILABLE)
        raise KafkaError(UNKNOWN_TOPIC_OR_PARTITION)

    def _broker(self, host: str, port: int) -> Connection:
        address = (host, port)
        if address not in self._brokers:
            self._brokers[address] = self._connect(host, port)
        return self._brokers[address]

    def _connect(self, host: str, port: int) -> Connection:
        return Connection(host, port, self._client_id, self._timeout)
