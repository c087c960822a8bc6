import { FencedWriter } from '../client/fenced-writer';
import { type ControllerRegistration, ControllerStore } from './controller-store';
import { StoreFixture } from './store-fixture';

describe('ControllerStore', () => {
  let fixture: StoreFixture;
  beforeEach(async () => {
    fixture = await StoreFixture.start();
  });
  afterEach(() => fixture.until(fixture.close()));

  it('elects one, in Kafka’s JSON, with a fence whose version is not 0', async () => {
    const one = new ControllerStore(fixture.zk);
    const two = new ControllerStore(await fixture.connect());
    expect(await one.get()).toBeNull();
    const [won, lost] = await Promise.all([one.elect(1), two.elect(2)]);
    expect(won).toEqual({
      elected: true,
      epoch: 1,
      fence: { path: '/controller_epoch', version: 1 },
    });
    expect(lost).toMatchObject({ elected: false, controller: { brokerId: 1 } });
    expect(fixture.text('/controller')).toBe(
      `{"version":2,"brokerid":1,"timestamp":"${fixture.clock.now()}","kraftControllerEpoch":-1}`,
    );
    expect(fixture.text('/controller_epoch')).toBe('1');
    expect(await two.get()).toMatchObject({ brokerId: 1, owner: fixture.zk.sessionId });
  });

  it('knows that it won when the reply is lost', async () => {
    const store = new ControllerStore(fixture.zk);
    await store.readEpoch();
    fixture.loseNextReply();
    expect(await fixture.until(store.elect(1))).toMatchObject({
      elected: true,
      epoch: 1,
      fence: { version: 1 },
    });
  });

  it('does not believe that it won with a session that is over', async () => {
    const store = new ControllerStore(fixture.zk);
    await store.readEpoch();
    fixture.expireAfterNextMulti();
    // The first session won and took the office with it: there is no controller, run again.
    expect(await fixture.until(store.elect(1))).toEqual({ elected: false, controller: null });
    expect(await store.elect(1)).toMatchObject({ elected: true, epoch: 2 });
  });

  it('hands over on resignation and on expiry, and fences the old', async () => {
    const one = new ControllerStore(fixture.zk);
    const other = await fixture.connect();
    const two = new ControllerStore(other);
    const seen: (ControllerRegistration | null)[] = [];
    two.observe(({ next }) => seen.push(next));
    const first = await one.elect(1);
    if (!first.elected) throw new Error('not elected');
    await fixture.settle();
    fixture.loseNextReply();
    await fixture.until(one.resign(first));
    await one.resign(first);
    await fixture.settle();
    expect(await two.elect(2)).toMatchObject({ elected: true, epoch: 2 });
    await fixture.settle();
    await expect(one.resign(first)).rejects.toMatchObject({ code: 'CONTROLLER_FENCED' });
    const zombie = new FencedWriter(fixture.zk, first.fence);
    await expect(zombie.create('/a', null)).rejects.toMatchObject({ code: 'CONTROLLER_FENCED' });
    await fixture.expire(other);
    expect(await one.elect(1)).toMatchObject({ elected: true, epoch: 3 });
    expect(seen.slice(0, 4).map((one) => one?.brokerId)).toEqual([undefined, 1, undefined, 2]);
  });

  it('refuses an epoch that is not a number', async () => {
    await fixture.zk.create('/controller_epoch', Buffer.from('x'));
    await expect(new ControllerStore(fixture.zk).elect(1)).rejects.toMatchObject({
      code: 'MALFORMED_ZNODE',
      path: '/controller_epoch',
    });
  });
});
