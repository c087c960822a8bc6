/**
 * The schema language: each message of the protocol is declared once with these builders, and the
 * static types, the codecs and the protocol reference are derived from the declaration.
 *
 * It carries what Kafka's own message schemas carry (clients/…/common/message/*.json, KIP-482):
 * version ranges per field, nullability by version, flexible versions, tagged fields, defaults.
 */
import { versionRange, type VersionRange } from './version-range';

/** A field whose value is not made of further fields. */
export type ScalarKind =
  | 'bool'
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'uint16'
  | 'uint32'
  | 'float64'
  | 'string'
  | 'bytes'
  | 'records'
  | 'uuid';

/** The all-zero uuid, which stands for "none". Uuids are 22 characters of base64url. */
export const ZERO_UUID = 'AAAAAAAAAAAAAAAAAAAAAA';

export type FieldType =
  | { readonly kind: ScalarKind }
  | { readonly kind: 'struct'; readonly shape: Shape }
  | { readonly kind: 'array'; readonly element: FieldType };

/**
 * One field. The type parameters exist only for the compiler: what a decoded field holds, what an
 * encoder accepts for it, and whether an encoder may be given nothing.
 */
export interface Field<Out = unknown, In = Out, Optional extends boolean = boolean> {
  readonly type: FieldType;
  readonly versions: VersionRange;
  /** Versions in which the field may be null. */
  readonly nullable: VersionRange;
  readonly default: Out;
  /** The field travels in the tagged section of flexible versions under this number (KIP-482). */
  readonly tag: number | undefined;
  /** May be dropped silently when the version spoken does not know it. */
  readonly ignorable: boolean;
  readonly doc: string;
  readonly __in?: In;
  readonly __optional?: Optional;
}

export interface Shape {
  readonly [name: string]: Field;
}

/** A decoded message: every field present, those unknown to the version spoken at their default. */
export type Message<S extends Shape> = {
  -readonly [K in keyof S]: S[K] extends Field<infer Out, infer _In, boolean> ? Out : never;
};

type OptionalKeys<S extends Shape> = {
  [K in keyof S]: S[K] extends Field<infer _Out, infer _In, true> ? K : never;
}[keyof S];

type InputOf<F> = F extends Field<infer _Out, infer In, boolean> ? In : never;

/** What an encoder accepts: fields with a declared default, tag or version range may be left out. */
export type MessageInput<S extends Shape> = {
  [K in Exclude<keyof S, OptionalKeys<S>>]: InputOf<S[K]>;
} & { [K in OptionalKeys<S>]?: InputOf<S[K]> | undefined };

interface Scalars {
  bool: { out: boolean; in: boolean };
  int8: { out: number; in: number };
  int16: { out: number; in: number };
  int32: { out: number; in: number };
  int64: { out: number; in: number };
  uint16: { out: number; in: number };
  uint32: { out: number; in: number };
  float64: { out: number; in: number };
  string: { out: string; in: string };
  bytes: { out: Buffer; in: Buffer };
  /** Record batches. Encoders take several pieces, which go to the socket by reference. */
  records: { out: Buffer; in: Buffer | readonly Buffer[] };
  uuid: { out: string; in: string };
}

export interface FieldOptions<T> {
  versions?: string;
  nullable?: string;
  default?: T | null;
  tag?: number;
  ignorable?: boolean;
}

type WithNull<O, T> = O extends { nullable: string } ? T | null : T;
type IsOptional<O> = O extends { default: unknown } | { versions: string } | { tag: number }
  ? true
  : false;

const implicitDefaults: Record<ScalarKind, () => unknown> = {
  bool: () => false,
  int8: () => 0,
  int16: () => 0,
  int32: () => 0,
  int64: () => 0,
  uint16: () => 0,
  uint32: () => 0,
  float64: () => 0,
  string: () => '',
  bytes: () => Buffer.alloc(0),
  records: () => null,
  uuid: () => ZERO_UUID,
};

function field(
  type: FieldType,
  doc: string,
  options: FieldOptions<unknown>,
  implicitDefault: unknown,
) {
  return {
    type,
    doc,
    versions: versionRange(options.versions ?? '0+'),
    nullable: versionRange(options.nullable ?? 'none'),
    default: options.default === undefined ? implicitDefault : options.default,
    tag: options.tag,
    ignorable: options.ignorable ?? false,
  };
}

function scalar<K extends ScalarKind>(kind: K) {
  return <const O extends FieldOptions<Scalars[K]['out']> = Record<never, never>>(
    doc = '',
    options?: O,
  ): Field<WithNull<O, Scalars[K]['out']>, WithNull<O, Scalars[K]['in']>, IsOptional<O>> =>
    field({ kind }, doc, options ?? {}, implicitDefaults[kind]()) as never;
}

export const bool = scalar('bool');
export const int8 = scalar('int8');
export const int16 = scalar('int16');
export const int32 = scalar('int32');
/** A signed 64-bit integer held in a number; values beyond ±2^53 are refused. */
export const int64 = scalar('int64');
export const uint16 = scalar('uint16');
export const uint32 = scalar('uint32');
export const float64 = scalar('float64');
export const string = scalar('string');
export const bytes = scalar('bytes');
export const records = scalar('records');
export const uuid = scalar('uuid');

/** A nested structure. */
export function struct<
  const S extends Shape,
  const O extends FieldOptions<never> = Record<never, never>,
>(
  doc: string,
  shape: S,
  options?: O,
): Field<WithNull<O, Message<S>>, WithNull<O, MessageInput<S>>, IsOptional<O>> {
  return field({ kind: 'struct', shape }, doc, options ?? {}, defaultsOf(shape)) as never;
}

type ElementOut<E> =
  E extends Field<infer Out, infer _In, boolean> ? Out : E extends Shape ? Message<E> : never;
type ElementIn<E> =
  E extends Field<infer _Out, infer In, boolean> ? In : E extends Shape ? MessageInput<E> : never;

/** A list of structures (given as a shape) or of scalars (given as a builder's result). */
export function array<
  const E extends Field | Shape,
  const O extends FieldOptions<readonly []> = Record<never, never>,
>(
  doc: string,
  element: E,
  options?: O,
): Field<WithNull<O, ElementOut<E>[]>, WithNull<O, readonly ElementIn<E>[]>, IsOptional<O>> {
  const type: FieldType = isField(element) ? element.type : { kind: 'struct', shape: element };
  return field({ kind: 'array', element: type }, doc, options ?? {}, []) as never;
}

function isField(value: Field | Shape): value is Field {
  return typeof (value as Field).doc === 'string' && 'versions' in value;
}

/** A fresh message with every field at its default. */
export function defaultsOf(shape: Shape): Record<string, unknown> {
  const message: Record<string, unknown> = {};
  for (const [name, { type, default: value }] of Object.entries(shape)) {
    message[name] = freshDefault(type, value);
  }
  return message;
}

/** The default of a field, never the same object twice. */
export function freshDefault(type: FieldType, value: unknown): unknown {
  if (value === null) return null;
  if (type.kind === 'array') return [];
  if (type.kind === 'struct') return defaultsOf(type.shape);
  return value;
}
