"""Encodes and decodes batches for a test in another language.

Reads one JSON value from stdin, `{"encode": [case, ...], "decode": [hex, ...], "hash": [text, ...]}`,
and writes `{"encoded": [hex, ...], "decoded": [[record, ...], ...], "hashed": [int, ...]}`.
Bytes are hexadecimal in JSON, and null where there are none.
"""

import json
import sys

from kafka_classic import GZIP, NONE, Record, decode_batches, encode_batch, murmur2


def from_hex(text):
    return None if text is None else bytes.fromhex(text)


def to_hex(data):
    return None if data is None else data.hex()


def encode(case):
    records = [
        Record(
            from_hex(record["key"]),
            from_hex(record["value"]),
            [(name, from_hex(value)) for name, value in record["headers"]],
            record["timestamp"],
        )
        for record in case["records"]
    ]
    return encode_batch(records, GZIP if case["compression"] == "gzip" else NONE).hex()


def decode(batches):
    return [
        {
            "offset": record.offset,
            "timestamp": record.timestamp,
            "key": to_hex(record.key),
            "value": to_hex(record.value),
            "headers": [[name, to_hex(value)] for name, value in record.headers],
        }
        for record in decode_batches(bytes.fromhex(batches))
    ]


given = json.load(sys.stdin)
json.dump(
    {
        "encoded": [encode(case) for case in given["encode"]],
        "decoded": [decode(batches) for batches in given["decode"]],
        "hashed": [murmur2(text.encode()) for text in given["hash"]],
    },
    sys.stdout,
)
