import type { Api } from '../protocol/api';
import { formatRange, type VersionRange } from '../protocol/version-range';
import { KafkaClassicError } from '../runtime/error';
import { formatEndpoint, type Endpoint } from './endpoint';

/**
 * The broker and this client have no version of an API in common. Code `UNSUPPORTED_VERSION`, not
 * retriable.
 */
export class UnsupportedApiError extends KafkaClassicError {
  readonly apiName: string;
  readonly clientVersions: VersionRange;
  /** Undefined when the broker does not answer the API at all. */
  readonly brokerVersions: VersionRange | undefined;

  constructor(endpoint: Endpoint, api: Api, brokerVersions: VersionRange | undefined) {
    const broker = brokerVersions ? `versions ${formatRange(brokerVersions)}` : 'no version';
    super(
      `${formatEndpoint(endpoint)} answers ${broker} of ${api.name}, ` +
        `this client speaks ${formatRange(api.versions)}.`,
      {
        code: 'UNSUPPORTED_VERSION',
        retriable: false,
        advice: 'Bring the older of the two, broker or client, up to date.',
      },
    );
    this.apiName = api.name;
    this.clientVersions = api.versions;
    this.brokerVersions = brokerVersions;
  }
}
