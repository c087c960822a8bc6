import type { FieldType, Shape } from '../../schema';
import { includes } from '../../version-range';

const UNTOLD = /errorCode$|^throttleTimeMs$/i;

/**
 * A message in which no value occurs twice, so that a decoder that mixes two fields up is found out
 * by the values alone, whatever names it has for them. Lists have two elements. Error codes and
 * throttle times, which clients act upon, are 0, and what is tagged is left out.
 */
export function uniqueMessage(shape: Shape, version: number): Record<string, unknown> {
  let last = 0;
  const valueOf = (type: FieldType): unknown => {
    switch (type.kind) {
      case 'struct':
        return messageOf(type.shape);
      case 'array':
        return [valueOf(type.element), valueOf(type.element)];
      case 'bool':
        return true;
      case 'string':
        return `text-${++last}`;
      case 'uuid':
        return Buffer.alloc(16, ++last).toString('base64url');
      case 'bytes':
        return Buffer.from(`bytes-${++last}`);
      case 'records':
        return Buffer.alloc(0);
      case 'int64':
        return 2 ** 40 + ++last;
      case 'int32':
        return 0x10000 + ++last;
      case 'int16':
        return 0x100 + ++last;
      default:
        return ++last;
    }
  };
  const messageOf = (inner: Shape): Record<string, unknown> =>
    Object.fromEntries(
      Object.entries(inner)
        .filter(([, { versions, tag }]) => tag === undefined && includes(versions, version))
        .map(([name, { type }]) => [name, UNTOLD.test(name) ? 0 : valueOf(type)]),
    );
  return messageOf(shape);
}

/** The values in a message that tell it from others, in their order: all but booleans, null and 0. */
export function valuesIn(message: unknown): string[] {
  const values: string[] = [];
  const collect = (value: unknown): void => {
    if (Buffer.isBuffer(value)) values.push(value.toString());
    else if (Array.isArray(value)) value.forEach(collect);
    else if (typeof value === 'object' && value !== null) Object.values(value).forEach(collect);
    else if (['string', 'number', 'bigint'].includes(typeof value)) values.push(String(value));
  };
  collect(message);
  return [...new Set(values)].filter((value) => value !== '0' && value !== '');
}
