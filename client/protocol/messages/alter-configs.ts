import { defineApi } from '../api';
import { array, bool, int16, int8, int32, string } from '../schema';

export const AlterConfigs = defineApi({
  key: 33,
  name: 'AlterConfigs',
  versions: '0-2',
  flexible: '2+',
  doc: 'Replaces all configs of topics and brokers; what is not named falls back to its default. Use IncrementalAlterConfigs.',
  request: {
    resources: array('Resources to change.', {
      resourceType: int8('2 topic, 4 broker, 8 broker logger.'),
      resourceName: string('Topic name or broker id; empty for the default of all brokers.'),
      configs: array('All configs it shall have.', {
        name: string('Name of the config.'),
        value: string('Its value; null is refused.', { nullable: '0+' }),
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
