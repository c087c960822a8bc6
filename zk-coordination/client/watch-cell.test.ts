import { ANY_VERSION } from '../multi';
import { ClientFixture } from './client-fixture';
import { type Change, observe } from './watch-cell';
import type { NodeChildren, NodeData } from '../session-contract';
import type { ZooKeeperClient } from './zookeeper-client';

const bytes = (text: string) => Buffer.from(text);
const text = (node: NodeData | null | undefined) =>
  node === undefined ? '?' : node === null ? '-' : String(node.data);
const names = (node: NodeChildren | null | undefined) =>
  node === undefined ? '?' : node === null ? '-' : node.children.sort().join(',');

describe('WatchCell', () => {
  let fixture: ClientFixture;
  let zk: ZooKeeperClient;
  let other: ZooKeeperClient;
  let seen: string[];
  const data = ({ prev, next }: Change<NodeData>) => void seen.push(`${text(prev)}>${text(next)}`);
  const children = ({ prev, next }: Change<NodeChildren>) =>
    void seen.push(`${names(prev)}>${names(next)}`);

  beforeEach(async () => {
    fixture = new ClientFixture();
    zk = await fixture.connect();
    other = await fixture.connect();
    seen = [];
  });
  afterEach(() => fixture.until(fixture.close()));

  it('tells the data, its changes, its end and its return', async () => {
    const cell = observe(zk, '/a', 'data', data);
    expect(await cell.first).toBeNull();
    await other.create('/a', bytes('1'));
    await fixture.settle();
    await other.set('/a', bytes('2'), 0);
    await fixture.settle();
    await other.delete('/a', ANY_VERSION);
    await fixture.settle();
    await other.create('/a', bytes('3'));
    await fixture.settle();
    expect(seen).toEqual(['?>-', '->1', '1>2', '2>-', '->3']);
    expect(text(cell.current)).toBe('3');
    cell.close();
  });

  it('tells the children and their changes', async () => {
    const cell = observe(zk, '/p', 'children', children);
    await cell.first;
    await other.create('/p', null);
    await fixture.settle();
    await other.create('/p/a', null);
    await fixture.settle();
    await other.set('/p', bytes('ignored'), 0);
    await fixture.settle();
    await other.create('/p/b', null);
    await fixture.settle();
    await other.delete('/p/a', ANY_VERSION);
    await fixture.settle();
    expect(seen).toEqual(['?>-', '->', '>a', 'a>a,b', 'a,b>b']);
  });

  it('sees a re-created znode with the same content as changed', async () => {
    await other.create('/a', bytes('same'));
    const cell = observe(zk, '/a', 'data', data);
    await cell.first;
    fixture.ensemble.faults.pauseEvents(zk.sessionId);
    await other.delete('/a', ANY_VERSION);
    await other.create('/a', bytes('same'));
    fixture.ensemble.faults.resumeEvents(zk.sessionId);
    await fixture.settle();
    expect(seen).toEqual(['?>same', 'same>same']);
  });

  it('reads one at a time through a storm and ends at the last state', async () => {
    await other.create('/a', bytes('0'));
    fixture.ensemble.faults.latencyMs = 5;
    let underWay = 0;
    let most = 0;
    let reads = 0;
    const get = zk.get.bind(zk);
    zk.get = async (...args) => {
      reads++;
      most = Math.max(most, ++underWay);
      return get(...args).finally(() => underWay--);
    };
    const cell = observe(zk, '/a', 'data', data);
    await fixture.until(cell.first);
    const writes = [];
    for (let version = 0; version < 200; version++) {
      writes.push(other.set('/a', bytes(String(version + 1)), version));
      if (version % 20 === 0) await fixture.advance(5, 1);
    }
    await fixture.until(Promise.all(writes));
    await fixture.advance(1_000);
    expect(text(cell.current)).toBe('200');
    expect(seen.at(-1)).toMatch(/>200$/);
    expect(most).toBe(1);
    expect(reads).toBeLessThan(50);
  });

  it('waits a little for more when asked to', async () => {
    await other.create('/a', bytes('0'));
    const cell = observe(zk, '/a', 'data', data, { coalesceMs: 50 });
    await cell.first;
    await other.set('/a', bytes('1'), ANY_VERSION);
    await fixture.settle();
    await other.set('/a', bytes('2'), ANY_VERSION);
    await fixture.advance(49, 7);
    expect(seen).toEqual(['?>0']);
    await fixture.advance(1);
    expect(seen).toEqual(['?>0', '0>2']);
  });

  it('finds out by itself when an event never comes', async () => {
    await other.create('/a', bytes('0'));
    const cell = observe(zk, '/a', 'data', data);
    await cell.first;
    // The watch is lost: the session layer swallows it.
    const get = zk.get.bind(zk);
    const swallow = jest.spyOn(zk, 'get').mockImplementation((path) => get(path));
    await other.set('/a', bytes('1'), ANY_VERSION);
    await fixture.settle();
    expect(seen).toEqual(['?>0', '0>1']);
    await other.set('/a', bytes('2'), ANY_VERSION);
    await fixture.advance(29_000, 1_000);
    expect(seen).toHaveLength(2);
    swallow.mockRestore();
    await fixture.advance(61_000, 1_000);
    expect(seen.at(-1)).toBe('1>2');
    await other.set('/a', bytes('3'), ANY_VERSION);
    await fixture.settle();
    expect(seen.at(-1)).toBe('2>3');
  });

  it('keeps one watch only, however often it audits', async () => {
    await other.create('/a', bytes('0'));
    let watchers = 0;
    const get = zk.get.bind(zk);
    zk.get = (path, watcher) => {
      if (watcher) watchers++;
      return get(path, watcher);
    };
    const cell = observe(zk, '/a', 'data', data);
    await cell.first;
    await fixture.advance(600_000, 10_000);
    expect(watchers).toBe(1);
    expect(seen).toEqual(['?>0']);
  });

  it('catches up after a disconnection', async () => {
    await other.create('/a', bytes('0'));
    const cell = observe(zk, '/a', 'data', data);
    await cell.first;
    fixture.ensemble.faults.disconnect(zk.sessionId);
    await other.set('/a', bytes('1'), ANY_VERSION);
    await other.set('/a', bytes('2'), ANY_VERSION);
    await fixture.settle();
    fixture.ensemble.faults.reconnect(zk.sessionId);
    await fixture.advance(5_000);
    expect(seen).toEqual(['?>0', '0>2']);
    await other.set('/a', bytes('3'), ANY_VERSION);
    await fixture.settle();
    expect(seen.at(-1)).toBe('2>3');
  });

  it('goes on in the next session', async () => {
    await other.create('/a', bytes('0'));
    const cell = observe(zk, '/a', 'data', data);
    await cell.first;
    await fixture.expire(zk);
    await other.set('/a', bytes('1'), ANY_VERSION);
    await fixture.advance(5_000);
    expect(zk.generation).toBe(2);
    expect(seen).toEqual(['?>0', '0>1']);
    await other.set('/a', bytes('2'), ANY_VERSION);
    await fixture.settle();
    expect(seen.at(-1)).toBe('1>2');
  });

  it('may begin before there is a connection', async () => {
    fixture.ensemble.faults.disconnect(zk.sessionId);
    await fixture.settle();
    const cell = observe(zk, '/a', 'data', data);
    await other.create('/a', bytes('0'));
    await fixture.settle();
    expect(cell.current).toBeUndefined();
    fixture.ensemble.faults.reconnect(zk.sessionId);
    expect(text(await fixture.until(cell.first))).toBe('0');
  });

  it('loses a read and repeats it', async () => {
    await other.create('/a', bytes('0'));
    fixture.ensemble.faults.dropNextReply(({ op }) => op === 'get');
    const cell = observe(zk, '/a', 'data', data);
    expect(text(await fixture.until(cell.first))).toBe('0');
  });

  it('goes on when its listener fails', async () => {
    const cell = observe(zk, '/a', 'data', (change) => {
      data(change);
      throw new Error('no');
    });
    await cell.first;
    await other.create('/a', bytes('1'));
    await fixture.settle();
    expect(seen).toEqual(['?>-', '->1']);
  });

  it('says nothing once closed', async () => {
    const cell = observe(zk, '/a', 'data', data);
    await cell.first;
    cell.close();
    cell.close();
    await other.create('/a', bytes('1'));
    await fixture.advance(100_000, 10_000);
    expect(seen).toEqual(['?>-']);
    const unread = observe(zk, '/b', 'data', data);
    unread.close();
    await expect(unread.first).rejects.toMatchObject({ code: 'SESSION_CLOSED' });
  });

  it('reports a path that may not be read', async () => {
    const guarded = await fixture.connect({}, { identity: 'a:b' });
    await guarded.create('/secret', bytes('x'), { acl: 'creator' });
    const cell = observe(zk, '/secret', 'data', data);
    await expect(cell.first).rejects.toMatchObject({ code: 'NO_AUTH' });
  });
});
