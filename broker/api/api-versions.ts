import { allApis } from '../../client/protocol/apis';
import type { ApiVersions } from '../../client/protocol/messages/api-versions';
import type { ApiHandler } from './handler';

/** What this broker answers is what the schemas declare. */
export function apiVersionsHandler(): ApiHandler<typeof ApiVersions> {
  const response = {
    errorCode: 0,
    apiKeys: allApis().map(({ key, versions }) => ({
      apiKey: key,
      minVersion: versions.min,
      maxVersion: versions.max,
    })),
  };
  return () => response;
}
