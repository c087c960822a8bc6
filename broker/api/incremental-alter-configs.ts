import type { RequestOf, ResponseInput } from '../../client/protocol/api';
import type { IncrementalAlterConfigs } from '../../client/protocol/messages/incremental-alter-configs';
import { alterConfigs, type AlterConfigsDependencies } from './alter-config-resource';
import type { ApiHandler } from './handler';
import { NO_ERROR, responseError } from './partition-error';

type Resource = RequestOf<typeof IncrementalAlterConfigs>['resources'][number];
type Result = ResponseInput<typeof IncrementalAlterConfigs>['responses'][number];

/** Changes single configs. */
export function incrementalAlterConfigsHandler(
  dependencies: AlterConfigsDependencies,
): ApiHandler<typeof IncrementalAlterConfigs> {
  return async ({ resources, validateOnly }) => ({
    responses: await Promise.all(
      resources.map(async (resource): Promise<Result> => {
        const { resourceType, resourceName } = resource;
        try {
          await alterConfigs(resource, () => changesOf(resource), validateOnly, dependencies);
          return { ...NO_ERROR, resourceType, resourceName };
        } catch (error) {
          const failure = responseError(error, dependencies.logger, 'IncrementalAlterConfigs');
          return { ...failure, resourceType, resourceName };
        }
      }),
    ),
  });
}

function changesOf({ configs }: Resource) {
  return configs.map(({ name, configOperation, value }) => ({
    name,
    operation: configOperation,
    value,
  }));
}
