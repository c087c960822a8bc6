import type { Api } from '../../client/protocol/api';
import type { ApiVersions } from '../../client/protocol/messages/api-versions';
import type { ApiHandler } from './handler';

/** Answers with the APIs given, in the versions their schemas declare. */
export function apiVersionsHandler(answered: readonly Api[]): ApiHandler<typeof ApiVersions> {
  const response = {
    errorCode: 0,
    apiKeys: answered
      .map(({ key, versions }) => ({
        apiKey: key,
        minVersion: versions.min,
        maxVersion: versions.max,
      }))
      .sort((a, b) => a.apiKey - b.apiKey),
  };
  return () => response;
}
