import { defineApi } from '../api';
import { array, int16, int32, int8, string } from '../schema';

/** What a coordinator is asked for by. */
export const CoordinatorType = { GROUP: 0, TRANSACTION: 1 } as const;

const THROTTLE = 'Milliseconds the client should pause because of a quota.';

export const FindCoordinator = defineApi({
  key: 10,
  name: 'FindCoordinator',
  versions: '0-4',
  flexible: '3+',
  doc: 'Asks which broker coordinates a group. Any broker answers; a group that has no coordinator gets one.',
  request: {
    key: string('Group id.', { versions: '0-3', default: '' }),
    keyType: int8('0: groups. 1: transactions.', { versions: '1+', default: 0 }),
    coordinatorKeys: array('Group ids.', string(), { versions: '4+', default: [] }),
  },
  response: {
    throttleTimeMs: int32(THROTTLE, { versions: '1+', ignorable: true }),
    errorCode: int16('0, or why there is no coordinator.', { versions: '0-3' }),
    errorMessage: string('What is wrong, for people.', {
      versions: '1-3',
      nullable: '1-3',
      default: null,
      ignorable: true,
    }),
    nodeId: int32('Broker id, -1 on error.', { versions: '0-3', default: -1 }),
    host: string('Host of the broker.', { versions: '0-3', default: '' }),
    port: int32('Port of the broker, -1 on error.', { versions: '0-3', default: -1 }),
    coordinators: array(
      'Per group:',
      {
        key: string('Group id.'),
        nodeId: int32('Broker id, -1 on error.', { default: -1 }),
        host: string('Host of the broker.', { default: '' }),
        port: int32('Port of the broker, -1 on error.', { default: -1 }),
        errorCode: int16('0, or why there is no coordinator.', { default: 0 }),
        errorMessage: string('What is wrong, for people.', {
          nullable: '4+',
          default: null,
          ignorable: true,
        }),
      },
      { versions: '4+', default: [] },
    ),
  },
});
