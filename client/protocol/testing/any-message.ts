import * as fc from 'fast-check';
import type { Api } from '../api';
import { allApis } from '../apis';
import { freshDefault, type Field, type FieldType, type Shape } from '../schema';
import { includes } from '../version-range';

const BITS = { int8: 8, int16: 16, int32: 32, uint16: 16, uint32: 32 } as const;

function valueOf(type: FieldType, version: number): fc.Arbitrary<unknown> {
  switch (type.kind) {
    case 'struct':
      return messageOf(type.shape, version);
    case 'array':
      return fc.array(valueOf(type.element, version), { maxLength: 3 });
    case 'bool':
      return fc.boolean();
    case 'string':
      return fc.string({ maxLength: 40 });
    case 'uuid':
      return fc.uint8Array({ minLength: 16, maxLength: 16 }).map(base64url);
    case 'bytes':
    case 'records':
      return fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes));
    case 'float64':
      // A zero of either sign is the default, and may be left out.
      return fc.double({ noNaN: true }).map((value) => (value === 0 ? 0 : value));
    case 'int64':
      return fc.maxSafeInteger();
    default: {
      const range = 2 ** BITS[type.kind];
      const min = type.kind.startsWith('u') ? 0 : -range / 2;
      return fc.integer({ min, max: min + range - 1 });
    }
  }
}

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}

/** What the version does not know stays at its default, so that a message is equal to its copy. */
function fieldOf(field: Field, version: number): fc.Arbitrary<unknown> {
  if (!includes(field.versions, version)) {
    return fc.constant(null).map(() => freshDefault(field.type, field.default));
  }
  const value = valueOf(field.type, version);
  return includes(field.nullable, version) ? fc.option(value) : value;
}

/** Any message of a shape and a version. */
export function messageOf(shape: Shape, version: number): fc.Arbitrary<Record<string, unknown>> {
  return fc.record(
    Object.fromEntries(
      Object.entries(shape).map(([name, field]) => [name, fieldOf(field, version)]),
    ),
    { noNullPrototype: true },
  );
}

/** Every version of every API. */
export function everyVersion(): [name: string, version: number, api: Api][] {
  return allApis().flatMap((api) => {
    const { min, max } = api.versions;
    return Array.from({ length: max - min + 1 }, (_, i): [string, number, Api] => [
      api.name,
      min + i,
      api,
    ]);
  });
}
