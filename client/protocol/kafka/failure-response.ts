import { defaultsOf, type Field, type FieldType, type Shape } from '../schema';
import { includes } from '../version-range';

type Values = Record<string, unknown>;

interface Failure {
  readonly errorCode: number;
  readonly message: string;
}

/** Partition numbers have three names. */
const PARTITION_NAMES = ['partitionIndex', 'partition', 'partitionId', 'index'];

/**
 * The response that says of everything in a request that it failed. The Kafka wire has no frame for
 * that: the error stands where the response has room for it, at the top or in each topic, partition,
 * group, …, which are then those of the request.
 *
 * @returns undefined when the response has no room, or the request names nothing to hang an error on
 */
export function failureResponse(
  { request, response }: { readonly request: Shape; readonly response: Shape },
  version: number,
  body: Values,
  failure: Failure,
): Values | undefined {
  return failed(response, request, version, body, failure);
}

function failed(
  response: Shape,
  request: Shape,
  version: number,
  asked: Values,
  failure: Failure,
): Values | undefined {
  const known = (field: Field | undefined) => field && includes(field.versions, version);
  const result = { ...defaultsOf(response), ...identity(response, asked) };
  if (known(response.errorCode)) {
    result.errorCode = failure.errorCode;
    if (known(response.errorMessage)) result.errorMessage = failure.message;
    return result;
  }
  const [name, elements] = Object.entries(response).find(
    ([, field]) => known(field) && hasRoom(shapeOf(field.type), version),
  ) ?? [''];
  const inner = elements && shapeOf(elements.type);
  const [from, askedFor] = Object.entries(request).find(
    ([, field]) => known(field) && field.type.kind === 'array',
  ) ?? [''];
  if (!inner || askedFor?.type.kind !== 'array') return undefined;
  const { element } = askedFor.type;
  const each = ((asked[from] as unknown[] | null | undefined) ?? []).map((one) =>
    element.kind === 'struct'
      ? failed(inner, element.shape, version, one as Values, failure)
      : failed(inner, {}, version, named(inner, element, one), failure),
  );
  if (each.length === 0 || each.includes(undefined)) return undefined;
  result[name] = each;
  return result;
}

function hasRoom(shape: Shape | undefined, version: number): boolean {
  return Object.entries(shape ?? {}).some(
    ([name, { versions, type }]) =>
      includes(versions, version) && (name === 'errorCode' || hasRoom(shapeOf(type), version)),
  );
}

/** The structures a list is made of. */
function shapeOf(type: FieldType): Shape | undefined {
  return type.kind === 'array' && type.element.kind === 'struct' ? type.element.shape : undefined;
}

/** What tells which topic, partition or group an element is about. */
function identity(response: Shape, asked: Values): Values {
  const values: Values = {};
  for (const name of Object.keys(response)) {
    const names = PARTITION_NAMES.includes(name) ? PARTITION_NAMES : [name];
    const given = names.find((one) => typeof asked[one] !== 'object' && one in asked);
    if (given !== undefined) values[name] = asked[given];
  }
  return values;
}

/** A bare name or number of a list, under the name it has in the response. */
function named(response: Shape, { kind }: FieldType, value: unknown): Values {
  const isIdentity = ([name, { type }]: [string, Field]) =>
    type.kind === kind && name !== 'errorMessage';
  const [name] = Object.entries(response).find(isIdentity) ?? [''];
  return { [name]: value };
}
