import type { Message, MessageInput, Shape } from './schema';
import { includes, versionRange, type VersionRange } from './version-range';

/** One request/response pair of the protocol. */
export interface Api<Req extends Shape = Shape, Res extends Shape = Shape> {
  /** Kafka's API key. */
  readonly key: number;
  /** Kafka's API name. */
  readonly name: string;
  readonly versions: VersionRange;
  /** Those that this project's own clients use. */
  readonly spoken: VersionRange;
  /** Versions that use compact types and tagged fields on the Kafka wire. */
  readonly flexible: VersionRange;
  /** Who sends it: applications, or only one broker to another. */
  readonly audience: 'client' | 'broker';
  readonly doc: string;
  readonly request: Req;
  readonly response: Res;
}

export type RequestOf<A> = A extends Api<infer Req, infer _Res> ? Message<Req> : never;
export type ResponseOf<A> = A extends Api<infer _Req, infer Res> ? Message<Res> : never;
/** A request as one hands it to an encoder. */
export type RequestInput<A> = A extends Api<infer Req, infer _Res> ? MessageInput<Req> : never;
/** A response as one hands it to an encoder. */
export type ResponseInput<A> = A extends Api<infer _Req, infer Res> ? MessageInput<Res> : never;

interface ApiDeclaration<Req extends Shape, Res extends Shape> {
  key: number;
  name: string;
  versions: string;
  /** Default: all versions. */
  spoken?: string;
  flexible: string;
  /** Default: client. */
  audience?: 'client' | 'broker';
  doc: string;
  request: Req;
  response: Res;
}

export function defineApi<const Req extends Shape, const Res extends Shape>(
  declaration: ApiDeclaration<Req, Res>,
): Api<Req, Res> {
  return {
    audience: 'client',
    ...declaration,
    versions: versionRange(declaration.versions),
    spoken: versionRange(declaration.spoken ?? declaration.versions),
    flexible: versionRange(declaration.flexible),
  };
}

export function isFlexible(api: Api, version: number): boolean {
  return includes(api.flexible, version);
}
