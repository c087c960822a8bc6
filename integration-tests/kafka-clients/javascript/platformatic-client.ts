import { expect } from '@jest/globals';
import { join } from 'node:path';
import { runClient } from '../run-client';
import { platformatic } from '../tested-client';
import { clientShows, type ClientsWorld } from './clients-world';

/** @platformatic/kafka is an ES module, so it runs in processes of its own. */
export function testPlatformatic(world: () => ClientsWorld): void {
  const shows = clientShows(world);
  shows(platformatic, 'produces by flexible versions and reads by topic ids', async () => {
    const script = join(__dirname, 'platformatic.mjs');
    const output = await runClient(process.execPath, [script, ...world().cluster.addresses]);
    expect(JSON.parse(output)).toEqual({
      topics: ['platform'],
      errorCode: 0,
      values: ['one', 'two'],
    });
    expect(await world().valuesOf('platform', 2)).toEqual(['one', 'two']);
  });

  shows(platformatic, 'reads in a group, and commits', async () => {
    // Not by KafkaJS: only one client may ask while it is looked at what is asked for.
    const { ours } = world();
    const admin = ours.admin();
    await admin.createTopics([{ topic: 'streamed', numPartitions: 2 }]);
    const producer = ours.producer();
    const messages = Array.from({ length: 6 }, (_, i) => ({
      partition: i % 2,
      value: String(Math.floor(i / 2)),
    }));
    await producer.send({ topic: 'streamed', messages });
    await producer.close();
    const script = join(__dirname, 'platformatic-consumer.mjs');
    const { addresses } = world().cluster;
    const output = await runClient(process.execPath, [
      ...[script, 'streaming', 'streamed', '6'],
      ...addresses,
    ]);
    const { values, ...group } = JSON.parse(output) as { values: string[] };
    expect(values.sort()).toEqual(['0/0', '0/1', '0/2', '1/0', '1/1', '1/2']);
    expect(group).toEqual({ state: 'STABLE', protocolType: 'consumer', members: 1 });
    const committed = await admin.listGroupOffsets('streaming');
    expect(committed.map(({ offset }) => offset)).toEqual([3, 3]);
    await admin.close();
  });
}
