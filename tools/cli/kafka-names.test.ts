import { Command } from 'commander';
import { ClientOptionsError } from '../../client/network';
import { DeliveryTimeoutError } from '../../client/producer';
import { definition as consoleProducer } from '../kafka-console-producer';
import { definition as perfTest } from '../kafka-producer-perf-test';
import { definition as verifiableProducer } from '../kafka-verifiable-producer';
import { kafkaNameOfOption } from './client-properties';
import type { CommandDefinition } from './command';
import { inKafkaNames } from './kafka-names';
import { ranCommand } from './testing';

const text = 'raise deliveryTimeoutMs or maxRequestSize.';
const kafka = 'raise delivery.timeout.ms or max.request.size.';
const without = new Command();

test('each option of a client has the name of the config that sets it', () => {
  expect(kafkaNameOfOption.get('deliveryTimeoutMs')).toBe('delivery.timeout.ms');
  expect(kafkaNameOfOption.get('autoOffsetReset')).toBe('auto.offset.reset');
  expect(kafkaNameOfOption.get('requestTimeout')).toBe('request.timeout.ms');
  expect(kafkaNameOfOption.get('enableIdempotence')).toBe('enable.idempotence');
  // Words that are in every second sentence.
  for (const word of ['retries', 'acks', 'brokers', 'compression', 'retry']) {
    expect(kafkaNameOfOption.has(word)).toBe(false);
  }
});

test.each([
  [consoleProducer, `${kafka} Set it with --producer-property delivery.timeout.ms=….`],
  [perfTest, `${kafka} Set it with --producer-props delivery.timeout.ms=….`],
  [verifiableProducer, `${kafka} Set it in the file of --producer.config.`],
])('says how the tool takes it', (definition, expected) => {
  const command = new Command();
  definition.configure(command);
  expect(inKafkaNames(text, command)).toBe(expected);
});

test('leaves everything else alone', () => {
  expect(inKafkaNames(text, without)).toBe(kafka);
  for (const other of ['', 'no option', 'topic "lingerMs"', 'lingerMs-0', 'my.lingerMs.topic']) {
    expect(inKafkaNames(other, without)).toBe(other);
  }
});

test('what a tool notes and what it ends with have the names of Kafka', async () => {
  const tool: CommandDefinition<object> = {
    ...{ name: 'kafka-sample', summary: '', examples: [] },
    configure: () => {},
    run: ({ note }) => {
      note(
        new DeliveryTimeoutError({ topic: 't', partition: 0, attempts: 1 }, 9, undefined).advice,
      );
      return Promise.reject(new ClientOptionsError('deliveryTimeoutMs is 1.', 'Give lingerMs.'));
    },
  };
  const { stderr } = await ranCommand(tool, []);
  expect(stderr).toContain('or raise delivery.timeout.ms.\n');
  expect(stderr).toContain('delivery.timeout.ms is 1. Give linger.ms.\n');
});
