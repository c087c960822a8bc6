import type { RequestOf, ResponseInput } from '../../client/protocol/api';
import type { AlterConfigs } from '../../client/protocol/messages/alter-configs';
import { ConfigOperation } from '../../client/protocol/messages/incremental-alter-configs';
import { ProtocolError } from '../../client/protocol/protocol-error';
import type { ConfigChange } from '../config/alter-operation';
import type { Properties } from '../config/check-properties';
import { alterConfigs, type AlterConfigsDependencies } from './alter-config-resource';
import type { ApiHandler } from './handler';
import { NO_ERROR, responseError } from './partition-error';

type Resource = RequestOf<typeof AlterConfigs>['resources'][number];
type Result = ResponseInput<typeof AlterConfigs>['responses'][number];

/** Replaces all overrides of topics and brokers, for clients from before KIP-339. */
export function alterConfigsHandler(
  dependencies: AlterConfigsDependencies,
): ApiHandler<typeof AlterConfigs> {
  return async ({ resources, validateOnly }) => ({
    responses: await Promise.all(
      resources.map(async (resource): Promise<Result> => {
        const { resourceType, resourceName } = resource;
        try {
          const changes = (present: Properties) => replacing(present, resource);
          await alterConfigs(resource, changes, validateOnly, dependencies);
          return { ...NO_ERROR, resourceType, resourceName };
        } catch (error) {
          const failure = responseError(error, dependencies.logger, 'AlterConfigs');
          return { ...failure, resourceType, resourceName };
        }
      }),
    ),
  });
}

function replacing(present: Properties, { configs }: Resource): ConfigChange[] {
  const lacking = configs.find(({ value }) => value === null);
  if (lacking) throw new ProtocolError('INVALID_REQUEST', `Config ${lacking.name} has no value.`);
  const named = new Set(configs.map(({ name }) => name));
  const dropped = Object.keys(present).filter((name) => !named.has(name));
  return [
    ...dropped.map((name) => ({ name, operation: ConfigOperation.DELETE, value: null })),
    ...configs.map(({ name, value }) => ({ name, operation: ConfigOperation.SET, value })),
  ];
}
