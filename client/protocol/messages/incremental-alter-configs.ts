import { defineApi } from '../api';
import { array, bool, int16, int32, int8, string } from '../schema';

/** What to do to a config (Kafka's AlterConfigOp.OpType, KIP-339). */
export const ConfigOperation = { SET: 0, DELETE: 1, APPEND: 2, SUBTRACT: 3 } as const;

export const IncrementalAlterConfigs = defineApi({
  key: 44,
  name: 'IncrementalAlterConfigs',
  versions: '0-1',
  flexible: '1+',
  doc: 'Changes single configs of topics and brokers and leaves the others alone.',
  request: {
    resources: array('Resources to change.', {
      resourceType: int8('2 topic, 4 broker, 8 broker logger.'),
      resourceName: string('Topic name or broker id; empty for the default of all brokers.'),
      configs: array('Changes.', {
        name: string('Name of the config.'),
        configOperation: int8('0 set, 1 delete, 2 append to the list, 3 remove from the list.'),
        value: string('New value, null with delete.', { nullable: '0+' }),
      }),
    }),
    validateOnly: bool('Check only, change nothing.', { default: false }),
  },
  response: {
    throttleTimeMs: int32('Milliseconds the client should pause because of a quota.', {
      default: 0,
    }),
    responses: array('Per resource:', {
      errorCode: int16('0, or why nothing changed.'),
      errorMessage: string('What is wrong, for people.', { nullable: '0+', default: null }),
      resourceType: int8('2 topic, 4 broker, 8 broker logger.'),
      resourceName: string('Topic name or broker id.'),
    }),
  },
});
