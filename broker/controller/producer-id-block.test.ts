import { controllerEpoch, FencedWriter, ProducerIdBlockStore } from '../../zk-coordination';
import { StoreFixture } from '../../zk-coordination/stores/store-fixture';
import { allocateProducerIdBlock } from './producer-id-block';

let fixture: StoreFixture;
let blocks: ProducerIdBlockStore;
let fenced: FencedWriter;
beforeEach(async () => {
  fixture = await StoreFixture.start();
  blocks = new ProducerIdBlockStore(fixture.zk);
  await fixture.zk.create('/controller_epoch', Buffer.from('1'));
  fenced = new FencedWriter(fixture.zk, { path: '/controller_epoch', version: 0 });
});
afterEach(() => fixture.until(fixture.close()));

const allocate = (brokerId: number, writer = fenced) =>
  fixture.until(allocateProducerIdBlock(brokerId, blocks, controllerEpoch(1), writer));

test('blocks follow each other, also when replies get lost', async () => {
  expect(await allocate(1)).toEqual({ brokerId: 1, first: 0, last: 999 });
  fixture.loseNextReply();
  expect(await allocate(2)).toEqual({ brokerId: 2, first: 1_000, last: 1_999 });
  expect(await allocate(1)).toEqual({ brokerId: 1, first: 2_000, last: 2_999 });
});

test('no id is given away twice to those who ask at once', async () => {
  const all = await Promise.all([1, 2, 3, 1, 2, 3].map((id) => allocate(id)));
  expect(new Set(all.map(({ first }) => first)).size).toBe(6);
});

test('a controller that is no longer in office gives nothing away', async () => {
  await fixture.zk.set('/controller_epoch', Buffer.from('2'), 0);
  await expect(allocate(1)).rejects.toMatchObject({ code: 'CONTROLLER_FENCED' });
  expect((await blocks.latest()).block).toBeNull();
});

test('ids end before they get inexact', async () => {
  const last = Number.MAX_SAFE_INTEGER - 10;
  await blocks.replace({ brokerId: 1, first: last - 999, last }, controllerEpoch(1), 0, fenced);
  await expect(allocate(1)).rejects.toMatchObject({ code: 'UNKNOWN_SERVER_ERROR' });
});
