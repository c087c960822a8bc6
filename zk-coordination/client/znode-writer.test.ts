import { ANY_VERSION, type ZkOp } from '../multi';
import type { ZkError } from '../zk-error';
import { ClientFixture } from './client-fixture';
import { createEphemeral } from './ephemeral-node';
import { ensurePath } from './ensure-path';
import { deleteSubtree } from './delete-subtree';
import { ControllerFencedError, FencedWriter } from './fenced-writer';
import { ZnodeWriter } from './znode-writer';
import type { ZooKeeperClient } from './zookeeper-client';

const bytes = (text: string) => Buffer.from(text);
const isWrite = ({ op }: { op: string }) => ['create', 'set', 'delete', 'multi'].includes(op);

describe.each(['dropNextReply', 'dropNextRequest'] as const)('writes after %s', (accident) => {
  let fixture: ClientFixture;
  let zk: ZooKeeperClient;
  let writer: ZnodeWriter;
  beforeEach(async () => {
    fixture = new ClientFixture();
    zk = await fixture.connect();
    writer = new ZnodeWriter(zk);
    await zk.create('/a', bytes('old'));
  });
  afterEach(() => fixture.until(fixture.close()));
  const lose = () => fixture.ensemble.faults[accident](isWrite);

  it('create once', async () => {
    lose();
    await fixture.until(writer.create('/b', bytes('x')));
    expect((await zk.get('/b')).stat.version).toBe(0);
    await expect(writer.create('/b', bytes('x'))).rejects.toMatchObject({ code: 'NODE_EXISTS' });
  });

  it('set once', async () => {
    lose();
    const stat = await fixture.until(writer.set('/a', bytes('new'), 0));
    expect(stat.version).toBe(1);
    expect((await zk.get('/a')).stat).toEqual(stat);
  });

  it('delete once', async () => {
    lose();
    await fixture.until(writer.delete('/a', 0));
    expect(await zk.exists('/a')).toBeNull();
    await expect(writer.delete('/a', 0)).rejects.toMatchObject({ code: 'NO_NODE' });
  });

  it('apply a multi once and return its results', async () => {
    lose();
    const results = await fixture.until(
      writer.multi([
        { type: 'check', path: '/', version: ANY_VERSION },
        { type: 'create', path: '/b', data: null },
        { type: 'set', path: '/a', data: bytes('new'), version: 0 },
        { type: 'create', path: '/b/c', data: bytes('c') },
        { type: 'delete', path: '/b/c', version: 0 },
      ]),
    );
    expect(results.map((result) => result.type)).toEqual([
      'check',
      'create',
      'set',
      'create',
      'delete',
    ]);
    expect(results[2]).toMatchObject({ stat: { version: 1 } });
    expect((await zk.get('/a')).stat.version).toBe(1);
    expect((await zk.children('/b')).children).toEqual([]);
  });

  it('create an ephemeral once and know its stat', async () => {
    lose();
    const stat = await fixture.until(createEphemeral(zk, '/e', bytes('me')));
    expect(stat.ephemeralOwner).toBe(zk.sessionId);
    expect((await zk.get('/e')).stat).toEqual(stat);
  });

  it('survive it twice in a row', async () => {
    lose();
    lose();
    expect((await fixture.until(writer.set('/a', bytes('new'), 0))).version).toBe(1);
  });

  it('apply fenced ones once', async () => {
    await zk.create('/epoch', bytes('1'));
    const fenced = new FencedWriter(zk, { path: '/epoch', version: 0 });
    lose();
    expect((await fixture.until(fenced.set('/a', bytes('new'), 0))).version).toBe(1);
    lose();
    await fixture.until(fenced.create('/b', null));
    lose();
    await fixture.until(fenced.delete('/b', ANY_VERSION));
    expect(await zk.exists('/b')).toBeNull();
  });

  it('make and remove whole subtrees', async () => {
    lose();
    await fixture.until(ensurePath(zk, '/x/y/z'));
    await zk.create('/x/y/w', null);
    lose();
    await fixture.until(deleteSubtree(zk, '/x', writer));
    expect(await zk.exists('/x')).toBeNull();
  });
});

describe('ZnodeWriter', () => {
  let fixture: ClientFixture;
  let zk: ZooKeeperClient;
  let writer: ZnodeWriter;
  beforeEach(async () => {
    fixture = new ClientFixture();
    zk = await fixture.connect();
    writer = new ZnodeWriter(zk);
    await zk.create('/a', bytes('old'));
  });
  afterEach(() => fixture.until(fixture.close()));

  it('takes nobody else’s write for its own', async () => {
    const { faults } = fixture.ensemble;
    const other = await fixture.connect();
    faults.dropNextRequest(isWrite);
    const writing = writer.set('/a', bytes('mine'), 0);
    await other.set('/a', bytes('theirs'), 0);
    await expect(fixture.until(writing)).rejects.toMatchObject({ code: 'BAD_VERSION' });
    faults.dropNextRequest(isWrite);
    const creating = writer.create('/b', bytes('mine'));
    await other.create('/b', bytes('theirs'));
    await expect(fixture.until(creating)).rejects.toMatchObject({ code: 'NODE_EXISTS' });
  });

  it('does not take the ephemeral of another session for its own', async () => {
    const other = await fixture.connect();
    fixture.ensemble.faults.dropNextRequest(isWrite);
    const creating = createEphemeral(zk, '/e', bytes('same'));
    await other.create('/e', bytes('same'), { ephemeral: true });
    await expect(fixture.until(creating)).rejects.toMatchObject({ code: 'NODE_EXISTS' });
  });

  it('brings an ephemeral that it has already up to date', async () => {
    const { czxid } = await createEphemeral(zk, '/e', bytes('1'));
    expect((await createEphemeral(zk, '/e', bytes('2'))).czxid).toBe(czxid);
    expect((await zk.get('/e')).data).toEqual(bytes('2'));
  });

  it('outlives its session', async () => {
    fixture.expireAfterNextMulti();
    expect((await fixture.until(writer.set('/a', bytes('new'), 0))).version).toBe(1);
    expect(zk.generation).toBe(2);
  });

  it('says that it does not know when time runs out', async () => {
    const { faults } = fixture.ensemble;
    const impatient = new ZnodeWriter(zk, { timeoutMs: 1_000 });
    faults.dropNextReply(isWrite);
    const writing = impatient.set('/a', bytes('new'), 0);
    const failing = expect(writing).rejects.toMatchObject({ outcome: 'unknown' });
    faults.disconnect(zk.sessionId);
    await fixture.advance(1_500);
    await failing;
    faults.reconnect(zk.sessionId);
  });

  it('knows that nothing happened when it was never connected', async () => {
    fixture.ensemble.faults.disconnect(zk.sessionId);
    await fixture.settle();
    const impatient = new ZnodeWriter(zk, { timeoutMs: 1_000 });
    await expect(fixture.until(impatient.set('/a', bytes('new'), 0))).rejects.toMatchObject({
      code: 'NOT_CONNECTED',
      outcome: 'not-applied',
    });
    fixture.ensemble.faults.reconnect(zk.sessionId);
  });

  it('refuses sequential creates and takes an empty multi', async () => {
    const sequential: ZkOp = { type: 'create', path: '/s-', data: null, sequential: true };
    expect(() => writer.multi([sequential])).toThrow(/BAD_ARGUMENTS/);
    expect(await writer.multi([])).toEqual([]);
  });
});

describe('FencedWriter', () => {
  it('writes while the epoch stands and is fenced when it has moved on', async () => {
    const fixture = new ClientFixture();
    const zk = await fixture.connect();
    await zk.create('/epoch', bytes('1'));
    await zk.create('/a', null);
    const writer = new FencedWriter(zk, { path: '/epoch', version: 0 });
    await writer.create('/b', bytes('b'));
    expect((await writer.set('/b', bytes('c'), 0)).version).toBe(1);
    const conflict: ZkError = await writer
      .multi([
        { type: 'set', path: '/a', data: bytes('x'), version: 0 },
        { type: 'set', path: '/b', data: bytes('x'), version: 0 },
      ])
      .then(
        () => undefined as never,
        (error: ZkError) => error,
      );
    expect(conflict).toMatchObject({ code: 'BAD_VERSION', index: 1, path: '/b' });
    await zk.set('/epoch', bytes('2'), 0);
    await expect(writer.set('/b', bytes('d'), 1)).rejects.toBeInstanceOf(ControllerFencedError);
    await expect(writer.create('/c', null)).rejects.toBeInstanceOf(ControllerFencedError);
    await expect(writer.delete('/a', 0)).rejects.toMatchObject({
      code: 'CONTROLLER_FENCED',
      fence: { path: '/epoch', version: 0 },
    });
    await zk.delete('/epoch', ANY_VERSION);
    await expect(writer.create('/c', null)).rejects.toBeInstanceOf(ControllerFencedError);
    await fixture.close();
  });

  it('counts a write that went through before it was fenced', async () => {
    const fixture = new ClientFixture();
    const zk = await fixture.connect();
    const other = await fixture.connect();
    await zk.create('/epoch', bytes('1'));
    const writer = new FencedWriter(zk, { path: '/epoch', version: 0 });
    fixture.ensemble.faults.dropNextReply(({ op }) => op === 'multi');
    const writing = writer.create('/a', bytes('a'));
    await other.set('/epoch', bytes('2'), 0);
    await fixture.until(writing);
    expect((await zk.get('/a')).data).toEqual(bytes('a'));
    await fixture.close();
  });
});
