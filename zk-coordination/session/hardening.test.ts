import { checkMulti, MAX_MULTI_BYTES } from '../operation-limits';
import { ZkError } from '../zk-error';
import { answeredError, failure } from './failures';
import { handshakeTimeoutMs } from './handshake-timer';
import { leaseMarginMs } from './lease';
import {
  exceptions,
  libraryMismatches,
  newConnectionManager,
  PINNED_VERSION,
  type WatchPaths,
} from './library';
import { hasRegressed, parseServerStatus, Refusals } from './regressed-ensemble';
import { multiFailure } from './replies';
import { ServerRotation } from './server-rotation';
import { splitSetWatches } from './set-watches';
import { tameUnknownCodes } from './unknown-codes';
import { guardXid, XID_LIMIT } from './xid-guard';

const manager = () => newConnectionManager({ sessionTimeout: 1000, spinDelay: 0, retries: 0 });

describe('library', () => {
  test('the library is what this code was written against', () => {
    expect(libraryMismatches(PINNED_VERSION, manager())).toEqual([]);
  });

  test('another version or a missing private field does not go unnoticed', () => {
    const other = { ...manager(), xid: 'zero', packetQueue: {} };
    expect(libraryMismatches('1.2.0', other)).toEqual(
      expect.arrayContaining([
        'version 1.2.0',
        'xid is string, not number',
        'packetQueue.queue is not an array',
      ]),
    );
  });
});

test('an error number the library does not know becomes an error with that number', () => {
  tameUnknownCodes();
  expect(exceptions.create(-9999)).toMatchObject({ code: -9999 });
  expect(exceptions.create(-101)).toMatchObject({ code: -101 });
});

test('the request counter starts over before it leaves int32', () => {
  const { xid } = manager();
  expect(xid).toBe(0);
  const near = Object.assign(manager(), { xid: XID_LIMIT });
  guardXid(near);
  expect(near.xid).toBe(1);
});

test('watches to set again are cut into packets, none lost, none twice', () => {
  const watches: WatchPaths = {
    relativeZxid: Buffer.alloc(8),
    dataWatches: Array.from({ length: 50 }, (_, i) => `/data/${i}`),
    existWatches: Array.from({ length: 50 }, (_, i) => `/exist/${i}`),
    childWatches: [],
  };
  const requests = splitSetWatches(watches, '/kafka', 200);
  const payloads = requests.map((request) => request.payload as unknown as WatchPaths);
  expect(payloads.flatMap((one) => one.dataWatches)).toEqual(watches.dataWatches);
  expect(payloads.flatMap((one) => one.existWatches)).toEqual(watches.existWatches);
  for (const request of requests) expect(request.payload!.byteLength()).toBeLessThan(230);
});

describe('failures', () => {
  const context = { op: 'set', path: '/x' };

  test.each([
    [-103, 'BAD_VERSION', 'not-applied'],
    [-102, 'NO_AUTH', 'not-applied'],
    [-125, 'QUOTA_EXCEEDED', 'not-applied'],
    [-127, 'THROTTLED_OP', 'not-applied'],
    [-122, 'REQUEST_TIMEOUT', 'unknown'],
    [-9999, 'UNKNOWN', 'unknown'],
  ])('the answer %d is %s, %s', (number, code, outcome) => {
    expect(answeredError(number, context)).toMatchObject({ code, outcome, number, path: '/x' });
  });

  test('a lost connection leaves the outcome open', () => {
    const lost = Object.assign(new Error('lost'), { code: -4 });
    expect(failure(lost, false, context)).toMatchObject({
      code: 'CONNECTION_LOSS',
      outcome: 'unknown',
    });
  });
});

describe('multi', () => {
  test('the culprit is the first operation with a reason of its own', () => {
    const results = [
      { type: -1, err: 0 },
      { type: -1, err: -103 },
      { type: -1, err: -2 },
    ];
    expect(multiFailure(results)).toEqual({ index: 1, number: -103 });
    expect(multiFailure([{ type: 13 }])).toBeUndefined();
  });

  test('many small operations are as heavy as their headers make them', () => {
    const op = { type: 'check', path: '/topic', version: 3 } as const;
    expect(() => checkMulti(Array.from({ length: 5000 }, () => op))).not.toThrow();
    const many = Array.from({ length: MAX_MULTI_BYTES / 100 }, () => op);
    expect(() => checkMulti(many)).toThrow(expect.objectContaining({ code: 'TOO_LARGE' }));
  });

  test.each([NaN, -2, 0.5, 2 ** 31])('refuses the version %d', (version) => {
    const attempt = (): void => checkMulti([{ type: 'delete', path: '/x', version }]);
    expect(attempt).toThrow(ZkError);
  });
});

test('the lease ends before the session can, by a quarter and half a tick', () => {
  expect(leaseMarginMs(18_000, 2000)).toBe(5500);
  expect(leaseMarginMs(4000, 2000)).toBe(2000);
  expect(leaseMarginMs(1200, 2000)).toBe(600);
});

test('two servers can be tried within a session timeout, after one was found silent', () => {
  const timeout = 6000;
  expect(timeout / 2 + 2 * handshakeTimeoutMs(timeout)).toBeLessThanOrEqual(timeout);
});

test('servers are tried round by round, with a pause only between rounds', () => {
  const servers = ['a', 'b'].map((host) => ({ host, port: 1 }));
  const rotation = new ServerRotation(servers, () => 0.99);
  const taken = Array.from({ length: 5 }, () => rotation.take(6000));
  expect(taken.map(({ server }) => server.host)).toEqual(['a', 'b', 'a', 'b', 'a']);
  expect(taken.map(({ pauseMs }) => pauseMs)).toEqual([0, 0, 990, 0, 990]);
  rotation.connectionLasted(5, 6000);
  expect(rotation.take(6000)).toMatchObject({ server: { host: 'b' }, pauseMs: 0 });
  expect(rotation.take(6000)).toMatchObject({ server: { host: 'a' }, pauseMs: 990 });
  rotation.connectionLasted(5000, 6000);
  expect(rotation.take(6000)).toMatchObject({ server: { host: 'b' }, pauseMs: 0 });
});

describe('regressed ensemble', () => {
  const serving = 'Zookeeper version: 3.8.0\nZxid: 0x10000002a\nMode: follower\n';

  test('reads what a server says of itself', () => {
    expect(parseServerStatus(serving)).toEqual({ zxid: 0x10000002an });
    expect(parseServerStatus('This ZooKeeper instance is not currently serving requests')).toBe(
      undefined,
    );
  });

  test('only servers that serve and know less than we do are evidence', () => {
    expect(hasRegressed([{ zxid: 5n }, undefined], 9n)).toBe(true);
    expect(hasRegressed([{ zxid: 5n }, { zxid: 9n }], 9n)).toBe(false);
    expect(hasRegressed([undefined, undefined], 9n)).toBe(false);
  });

  test('suspicion takes a session timeout of refusals', () => {
    const refusals = new Refusals();
    expect(refusals.failed(false, 0, 1000)).toBe(false);
    expect(refusals.failed(false, 1500, 1000)).toBe(false);
    expect(refusals.failed(true, 1600, 1000)).toBe(true);
    refusals.reset();
    expect(refusals.failed(true, 1700, 1000)).toBe(false);
  });
});
