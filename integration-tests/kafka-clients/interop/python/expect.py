"""What must be so. Whatever is not ends the check."""

import time

from confluent_kafka import KafkaError, KafkaException

LIMIT_S = 60

# Answers of brokers that have not heard of a change yet, or are about to change themselves.
PASSING = {
    KafkaError.UNKNOWN_TOPIC_OR_PART,
    KafkaError.LEADER_NOT_AVAILABLE,
    KafkaError.COORDINATOR_LOAD_IN_PROGRESS,
    KafkaError.COORDINATOR_NOT_AVAILABLE,
    KafkaError.NOT_COORDINATOR,
}


def ok(what):
    """One line for each thing that was seen to work."""
    print("ok " + what, flush=True)


def equal(expected, seen, what):
    if expected != seen:
        raise AssertionError(f"{what}: expected {expected!r}, saw {seen!r}")


def each(futures):
    """Results of an admin's futures, by what they are about."""
    return {of: future.result(LIMIT_S) for of, future in futures.items()}


def fails(code, futures):
    for future in futures.values():
        try:
            future.result(LIMIT_S)
        except KafkaException as error:
            equal(code, error.args[0].code(), str(error))
        else:
            raise AssertionError(f"expected error {code}")


def until(what, condition):
    end = time.monotonic() + LIMIT_S
    while not holds(condition):
        if time.monotonic() > end:
            raise AssertionError("waited too long for " + what)
        time.sleep(0.02)


def holds(condition):
    try:
        return condition()
    except KafkaException as error:
        if error.args[0].code() in PASSING:
            return False
        raise
