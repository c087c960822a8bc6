import { ConnectionError, RequestTimeoutError } from '../network';
import { ErrorCode, type ErrorName } from '../protocol/error-codes';
import { ProtocolError } from '../protocol/protocol-error';
import { decideSequence, mayBeAppended } from './sequence-decision';

const decide = (name: ErrorName, isCurrent: boolean, isFirst: boolean) =>
  decideSequence(new ProtocolError(name), { isCurrent, isFirst });

test('a gap before the first batch cannot close; any other batch waits for those before it', () => {
  for (const name of ['OUT_OF_ORDER_SEQUENCE_NUMBER', 'UNKNOWN_PRODUCER_ID'] as const) {
    expect(decide(name, true, true)).toBe('start-anew');
    expect(decide(name, true, false)).toBe('wait');
    expect(decide(name, false, true)).toBe('wait');
  }
});

test('an epoch that is over needs another producer id, once', () => {
  expect(decide('INVALID_PRODUCER_EPOCH', true, false)).toBe('new-id');
  expect(decide('INVALID_PRODUCER_EPOCH', false, true)).toBe('wait');
});

test('a duplicate has arrived', () => {
  expect(decide('DUPLICATE_SEQUENCE_NUMBER', true, false)).toBe('delivered');
});

test('no other error is about sequences', () => {
  const about = /SEQUENCE|UNKNOWN_PRODUCER_ID|INVALID_PRODUCER_EPOCH/;
  for (const name of Object.keys(ErrorCode) as ErrorName[]) {
    if (!about.test(name)) expect(decide(name, true, true)).toBeUndefined();
  }
  expect(decideSequence(new Error('?'), { isCurrent: true, isFirst: true })).toBeUndefined();
});

test('only what a broker refuses before it appends is certainly not in the log', () => {
  const open: ErrorName[] = [
    'UNKNOWN_SERVER_ERROR',
    'NOT_LEADER_OR_FOLLOWER',
    'NOT_ENOUGH_REPLICAS_AFTER_APPEND',
    'REQUEST_TIMED_OUT',
    'KAFKA_STORAGE_ERROR',
    'UNKNOWN_TOPIC_OR_PARTITION',
  ];
  for (const name of open) expect(mayBeAppended(new ProtocolError(name))).toBe(true);
  for (const name of ['NOT_ENOUGH_REPLICAS', 'OUT_OF_ORDER_SEQUENCE_NUMBER'] as const) {
    expect(mayBeAppended(new ProtocolError(name))).toBe(false);
  }
});

test('a request that never left has done nothing', () => {
  const endpoint = { host: 'h', port: 1 };
  for (const maybeSent of [true, false]) {
    expect(mayBeAppended(new ConnectionError(endpoint, 'gone', { maybeSent }))).toBe(maybeSent);
    expect(mayBeAppended(new RequestTimeoutError(endpoint, 'Produce', 1, maybeSent))).toBe(
      maybeSent,
    );
  }
  expect(mayBeAppended(new Error('?'))).toBe(true);
});
