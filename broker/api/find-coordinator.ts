import { ErrorCode } from '../../client/protocol/error-codes';
import {
  CoordinatorType,
  type FindCoordinator,
} from '../../client/protocol/messages/find-coordinator';
import { ProtocolError } from '../../client/protocol/protocol-error';
import type { MetadataCache } from '../metadata/metadata-cache';
import { endpointsFor, type BrokerEndpoint } from './endpoints';
import type { GroupRoom } from './group-room';
import type { ApiHandler } from './handler';
import { responseError } from './partition-error';

export interface FindCoordinatorDependencies extends GroupRoom {
  readonly metadata: Pick<MetadataCache, 'brokers'>;
}

/** From this version on several groups are asked for at once. */
const FIRST_BATCHED = 4;

/** Tells where the coordinator of a group can be reached, on the listener the client came by. */
export function findCoordinatorHandler(
  dependencies: FindCoordinatorDependencies,
): ApiHandler<typeof FindCoordinator> {
  return async ({ key, keyType, coordinatorKeys }, { apiVersion, listenerName }) => {
    const find = (groupId: string) => answer(groupId, keyType, listenerName, dependencies);
    if (apiVersion < FIRST_BATCHED) return find(key);
    return { coordinators: await Promise.all(coordinatorKeys.map(find)) };
  };
}

async function answer(
  key: string,
  keyType: number,
  listenerName: string,
  dependencies: FindCoordinatorDependencies,
) {
  try {
    const { host, port, id } = await endpointOf(key, keyType, listenerName, dependencies);
    return { key, errorCode: ErrorCode.NONE, errorMessage: null, nodeId: id, host, port };
  } catch (error) {
    const failure = responseError(error, dependencies.logger, 'FindCoordinator');
    return { key, ...failure, nodeId: -1, host: '', port: -1 };
  }
}

async function endpointOf(
  groupId: string,
  keyType: number,
  listenerName: string,
  { groups, metadata }: FindCoordinatorDependencies,
): Promise<BrokerEndpoint> {
  if (keyType !== CoordinatorType.GROUP) {
    throw new ProtocolError(
      'INVALID_REQUEST',
      keyType === CoordinatorType.TRANSACTION
        ? 'This broker does not support transactions yet.'
        : `There is no coordinator of type ${keyType}.`,
    );
  }
  const id = await groups.find(groupId);
  const endpoint = endpointsFor(metadata.brokers, listenerName).find((one) => one.id === id);
  if (endpoint) return endpoint;
  throw new ProtocolError(
    'COORDINATOR_NOT_AVAILABLE',
    `Broker ${id} cannot be reached through listener ${listenerName}.`,
  );
}
