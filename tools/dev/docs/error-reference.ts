import { ZK_CODES } from '../../../zk-coordination/zk-error';
import { errorCatalogue, type CatalogueSection } from './error-catalogue';

const KINDS: Readonly<Record<(typeof ZK_CODES)[keyof typeof ZK_CODES]['kind'], string>> = {
  semantic: 'the answer to the operation',
  recoverable: 'connection',
  session: 'session',
  config: 'must be mended by a person',
  overload: 'load',
};

/** docs/errors.md: every error code that PROTOCOL.md does not have. */
export function renderErrorReference(): string {
  return [
    '# Error codes',
    '',
    'Every error of this project is a `KafkaClassicError`: it has a `code` that stays the same between releases, `retriable` (whether the same call may succeed when simply repeated), and `advice` (what to do next). Tools print `Error: CODE: message advice`; `--verbose` adds stacks and causes.',
    '',
    "What a broker answers has Kafka's own codes, such as `NOT_LEADER_OR_FOLLOWER`; they are in [PROTOCOL.md](../PROTOCOL.md#error-codes). Clients use them too where they fit: `NETWORK_EXCEPTION` for a broken connection, `REQUEST_TIMED_OUT` for a response that did not come, `INVALID_CONFIG` for a config of a broker or topic and for a connect string of ZooKeeper. All others are here. This page is made from the code.",
    '',
    ...errorCatalogue.flatMap(renderSection),
    '## Operations on ZooKeeper',
    '',
    "A `ZkError` tells which operation on which znode failed, and in `outcome` whether it took effect: `applied`, `not-applied` or `unknown`. Numbers are those of ZooKeeper's KeeperException; codes without one are our own.",
    '',
    '| code | number | about | retriable | what to do |',
    '|---|---:|---|---|---|',
    ...Object.entries(ZK_CODES).map(
      ([code, { number, kind, retriable, advice }]) =>
        `| \`${code}\` | ${number ?? ''} | ${KINDS[kind]} | ${yesNo(retriable)} | ${advice} |`,
    ),
    '',
  ].join('\n');
}

function renderSection({ title, entries }: CatalogueSection): string[] {
  return [
    `## ${title}`,
    '',
    '| code | retriable | meaning | what to do |',
    '|---|---|---|---|',
    ...entries.map(
      ({ code, retriable, meaning, advice }) =>
        `| \`${code}\` | ${yesNo(retriable)} | ${meaning} | ${advice} |`,
    ),
    '',
  ];
}

function yesNo(value: boolean): string {
  return value ? 'yes' : 'no';
}
