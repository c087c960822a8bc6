#!/usr/bin/env node
import { runCommand } from '../cli/command';
import { definition as serverStart } from '../kafka-server-start';
import { configFromEnvironment } from './environment-config';

/** `kafka-server-start` as the image runs it: `KAFKA_…` variables go before the file. */
export const definition: typeof serverStart = {
  ...serverStart,
  name: 'start-broker',
  summary:
    'Starts a broker in a container: configs come from the file, then from KAFKA_… variables ' +
    '(KAFKA_ADVERTISED_LISTENERS sets advertised.listeners), then from --override.',
  examples: [
    {
      line: 'docker run -e KAFKA_ZOOKEEPER_CONNECT=zookeeper:2181 kafka-classic',
      does: 'a broker with the configs of the image and one of its own',
    },
  ],
  run: (context) => {
    const { properties, notes } = configFromEnvironment(context.terminal.env);
    for (const note of notes) context.note(note);
    const fromEnvironment = Object.entries(properties).map(([name, value]) => `${name}=${value}`);
    const override = [...fromEnvironment, ...context.options.override];
    return serverStart.run({ ...context, options: { ...context.options, override } });
  },
};

if (require.main === module) void runCommand(definition);
