#!/usr/bin/env node
import { Admin } from '../client/admin';
import { Consumer } from '../client/consumer';
import { withCluster } from './admin/admin-session';
import { runCommand, type CommandContext, type CommandDefinition } from './cli/command';
import { moveOffsets } from './offsets-storage/move-offsets';
import {
  checkOffsetsStorageOptions,
  declareOffsetsStorageOptions,
  type OffsetsStorageOptions,
} from './offsets-storage/options';

export const definition: CommandDefinition<OffsetsStorageOptions> = {
  name: 'kafka-offsets-storage',
  summary: 'Moves committed offsets between ZooKeeper and __consumer_offsets.',
  examples: [
    {
      line: 'kafka-offsets-storage --bootstrap-server localhost:9092 --to kafka',
      does: 'offsets that are in ZooKeeper only, after all brokers got offsets.storage=kafka',
    },
    {
      line: 'kafka-offsets-storage --bootstrap-server localhost:9092 --to kafka --execute',
      does: 'move them to the topic',
    },
    {
      line: 'kafka-offsets-storage --bootstrap-server localhost:9092 --to zookeeper --execute',
      does: 'the way back, after all brokers got offsets.storage=zookeeper and with consumers stopped',
    },
  ],
  configure: declareOffsetsStorageOptions,
  run: offsetsStorage,
};

async function offsetsStorage(context: CommandContext<OffsetsStorageOptions>): Promise<number> {
  checkOffsetsStorageOptions(context.options);
  return withCluster(context, 'kafka-offsets-storage', async (cluster) => {
    const consumer = new Consumer(cluster);
    try {
      return await moveOffsets(new Admin(cluster), consumer, context);
    } finally {
      await consumer.close();
    }
  });
}

if (require.main === module) void runCommand(definition);
