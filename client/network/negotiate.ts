import type { Api, RequestInput, ResponseOf } from '../protocol/api';
import { apis } from '../protocol/apis';
import { ProtocolError } from '../protocol/protocol-error';
import { highestCommon, type VersionRange } from '../protocol/version-range';
import { clientSoftware } from './client-software';
import type { Endpoint } from './endpoint';
import { UnsupportedApiError } from './unsupported-api-error';

type ApiVersionsRequest = RequestInput<typeof apis.ApiVersions>;
type ApiVersionsResponse = ResponseOf<typeof apis.ApiVersions>;

/** The versions in which a broker answers each API, and so the version to speak with it. */
export class NegotiatedVersions {
  private readonly spoken = new Map<number, number | undefined>();

  constructor(
    private readonly endpoint: Endpoint,
    /** What the broker answers, by API key. */
    readonly broker: ReadonlyMap<number, VersionRange>,
  ) {}

  static from(
    endpoint: Endpoint,
    { apiKeys }: Pick<ApiVersionsResponse, 'apiKeys'>,
  ): NegotiatedVersions {
    return new NegotiatedVersions(
      endpoint,
      new Map(
        apiKeys.map(({ apiKey, minVersion, maxVersion }) => [
          apiKey,
          { min: minVersion, max: maxVersion },
        ]),
      ),
    );
  }

  /** Before anything is agreed on: one API in one version. */
  static only(endpoint: Endpoint, api: Api, version: number): NegotiatedVersions {
    return new NegotiatedVersions(endpoint, new Map([[api.key, { min: version, max: version }]]));
  }

  supports(api: Api): boolean {
    return this.common(api) !== undefined;
  }

  /**
   * The highest version both sides know.
   *
   * @throws UnsupportedApiError when there is none
   */
  versionOf(api: Api): number {
    const version = this.common(api);
    if (version === undefined) {
      throw new UnsupportedApiError(this.endpoint, api, this.broker.get(api.key));
    }
    return version;
  }

  private common(api: Api): number | undefined {
    const known = this.spoken.get(api.key);
    if (known !== undefined) return known;
    const range = this.broker.get(api.key);
    const version = range && highestCommon(range, api.spoken);
    this.spoken.set(api.key, version);
    return version;
  }
}

/**
 * Asks a broker for its versions: in the newest version of the question this client knows, and when
 * the broker does not know that one, in the oldest, which all brokers answer (KIP-35, KIP-511).
 *
 * @param ask sends the question in the version given
 * @throws ProtocolError when the broker does not want to tell; whatever `ask` throws
 */
export async function negotiateVersions(
  endpoint: Endpoint,
  ask: (version: number, body: ApiVersionsRequest) => Promise<ApiVersionsResponse>,
): Promise<NegotiatedVersions> {
  const body = {
    clientSoftwareName: clientSoftware.name,
    clientSoftwareVersion: clientSoftware.version,
  };
  const { min, max } = apis.ApiVersions.versions;
  const askIn = async (version: number): Promise<NegotiatedVersions> => {
    const response = await ask(version, body);
    const error = ProtocolError.fromCode(response.errorCode);
    if (error) throw error;
    return NegotiatedVersions.from(endpoint, response);
  };
  try {
    return await askIn(max);
  } catch (error) {
    const tooNew = error instanceof ProtocolError && error.code === 'UNSUPPORTED_VERSION';
    if (!tooNew) throw error;
    return askIn(min);
  }
}
