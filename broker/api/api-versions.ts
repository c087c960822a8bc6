import type { Api, RequestOf } from '../../client/protocol/api';
import { ErrorCode } from '../../client/protocol/error-codes';
import { ApiVersions } from '../../client/protocol/messages/api-versions';
import { includes } from '../../client/protocol/version-range';
import type { ApiHandler, RequestContext } from './handler';

/** Names that may stand in logs and metrics as they are (KIP-511). */
const SOFTWARE = /^[a-zA-Z0-9](?:[a-zA-Z0-9\-.]*[a-zA-Z0-9])?$/;
const FIRST_WITH_SOFTWARE = 3;

/**
 * Answers with the APIs given, in the versions their schemas declare. Kafka's clients are not told of
 * what brokers tell each other, which goes over msgpack.
 */
export function apiVersionsHandler(answered: readonly Api[]): ApiHandler<typeof ApiVersions> {
  const lists = {
    msgpack: listOf(answered),
    kafka: listOf(answered.filter(({ audience }) => audience === 'client')),
  };
  return (request, context) => ({
    errorCode: errorOf(request, context),
    apiKeys: lists[context.protocol],
  });
}

function listOf(apis: readonly Api[]) {
  return apis
    .map(({ key, versions }) => ({
      apiKey: key,
      minVersion: versions.min,
      maxVersion: versions.max,
    }))
    .sort((a, b) => a.apiKey - b.apiKey);
}

function errorOf(
  { clientSoftwareName, clientSoftwareVersion }: RequestOf<typeof ApiVersions>,
  { apiVersion, protocol }: RequestContext,
): number {
  // The list that comes with it says what to ask in.
  if (!includes(ApiVersions.versions, apiVersion)) return ErrorCode.UNSUPPORTED_VERSION;
  if (apiVersion < FIRST_WITH_SOFTWARE) return ErrorCode.NONE;
  for (const text of [clientSoftwareName, clientSoftwareVersion]) {
    const mayLack = protocol === 'msgpack';
    if (!SOFTWARE.test(text) && !(mayLack && text === '')) return ErrorCode.INVALID_REQUEST;
  }
  return ErrorCode.NONE;
}
