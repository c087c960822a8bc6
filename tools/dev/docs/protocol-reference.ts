import type { Api } from '../../../client/protocol/api';
import { allApis } from '../../../client/protocol/apis';
import { errorCodes } from '../../../client/protocol/error-codes';
import type { Field, FieldType, Shape } from '../../../client/protocol/schema';
import { formatRange } from '../../../client/protocol/version-range';

/**
 * The part of PROTOCOL.md that follows from the schemas: every API with every field, those for
 * applications first.
 */
export function renderApis(): string {
  const apis = allApis();
  return [
    renderGroup('What clients ask', 'client', apis),
    renderGroup('What brokers ask each other', 'broker', apis),
  ].join('\n');
}

function renderGroup(title: string, audience: Api['audience'], apis: readonly Api[]): string {
  const group = apis.filter((api) => api.audience === audience);
  return [
    `### ${title}`,
    '',
    '| key | API | versions | what for |',
    '|---:|---|---|---|',
    ...group.map(
      (api) =>
        `| ${api.key} | [${api.name}](#${api.name.toLowerCase()}) | ${formatRange(api.versions)} | ${api.doc} |`,
    ),
    '',
    ...group.map(renderApi),
  ].join('\n');
}

/** The error codes as a table. */
export function renderErrorCodes(): string {
  return [
    '| code | name | retriable | what the client does | meaning |',
    '|---:|---|---|---|---|',
    ...errorCodes.map(
      ({ code, name, retriable, action, text }) =>
        `| ${code} | \`${name}\` | ${retriable ? 'yes' : 'no'} | ${action} | ${text} |`,
    ),
  ].join('\n');
}

function renderApi(api: Api): string {
  return [
    `#### ${api.name}`,
    '',
    `Key ${api.key}, versions ${formatRange(api.versions)}. ${api.doc}`,
    '',
    'Request:',
    '',
    renderShape(api.request),
    '',
    'Response:',
    '',
    renderShape(api.response),
    '',
  ].join('\n');
}

function renderShape(shape: Shape): string {
  if (Object.keys(shape).length === 0) return 'An empty map.';
  return [
    '| field | type | versions | default | meaning |',
    '|---|---|---|---|---|',
    ...rowsOf(shape, ''),
  ].join('\n');
}

function rowsOf(shape: Shape, prefix: string): string[] {
  return Object.entries(shape).flatMap(([name, field]) => [
    `| \`${prefix}${name}\` | ${typeName(field)} | ${formatRange(field.versions)} | ${defaultOf(field)} | ${field.doc} |`,
    ...rowsOf(innerShape(field.type) ?? {}, `${prefix}${name}${suffix(field.type)}.`),
  ]);
}

function suffix(type: FieldType): string {
  return type.kind === 'array' ? '[]' : '';
}

function innerShape(type: FieldType): Shape | undefined {
  if (type.kind === 'struct') return type.shape;
  return type.kind === 'array' ? innerShape(type.element) : undefined;
}

function typeName(field: Field): string {
  const { min, max } = field.nullable;
  const nullable =
    min > max ? '' : min === 0 ? ' or nil' : ` or nil (${formatRange(field.nullable)})`;
  return nameOf(field.type) + nullable;
}

function nameOf(type: FieldType): string {
  switch (type.kind) {
    case 'struct':
      return 'map';
    case 'array':
      return type.element.kind === 'struct' ? 'array of maps' : `array of ${nameOf(type.element)}`;
    case 'records':
      return 'bin (record batches)';
    case 'bytes':
      return 'bin';
    case 'uuid':
      return 'uuid';
    default:
      return type.kind;
  }
}

function defaultOf(field: Field): string {
  if (field.type.kind === 'array') return field.default === null ? 'nil' : '`[]`';
  if (field.type.kind === 'struct') return '`{}`';
  if (field.type.kind === 'bytes') return 'empty';
  if (field.default === null) return 'nil';
  return `\`${JSON.stringify(field.default)}\``;
}
