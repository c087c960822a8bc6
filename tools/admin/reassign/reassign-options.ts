import type { Command } from 'commander';
import { wholeNumber } from '../../cli/number-option';
import { UsageError } from '../../cli/usage-error';
import { declareAdminOptions, type AdminOptions } from '../admin-options';
import { flag, isGiven, mustBelongTo, onlyAction } from '../allowed-options';

/** What kafka-reassign-partitions was told on its command line. */
export interface ReassignOptions extends AdminOptions {
  generate?: boolean;
  execute?: boolean;
  verify?: boolean;
  cancel?: boolean;
  list?: boolean;
  topicsToMoveJsonFile?: string;
  brokerList?: string;
  disableRackAware?: boolean;
  reassignmentJsonFile?: string;
  throttle?: number;
  replicaAlterLogDirsThrottle?: number;
  additional?: boolean;
  preserveThrottles?: boolean;
  timeout?: number;
}

const ACTIONS = ['generate', 'execute', 'verify', 'cancel', 'list'] as const;
export type ReassignAction = (typeof ACTIONS)[number];

const ALLOWED = {
  topicsToMoveJsonFile: ['generate'],
  brokerList: ['generate'],
  disableRackAware: ['generate'],
  reassignmentJsonFile: ['execute', 'verify', 'cancel'],
  throttle: ['execute'],
  replicaAlterLogDirsThrottle: ['execute'],
  additional: ['execute'],
  preserveThrottles: ['verify', 'cancel'],
  timeout: ['execute', 'cancel'],
} as const satisfies Partial<Record<keyof ReassignOptions, readonly ReassignAction[]>>;

const REQUIRED: Readonly<Record<ReassignAction, readonly (keyof ReassignOptions)[]>> = {
  generate: ['topicsToMoveJsonFile', 'brokerList'],
  execute: ['reassignmentJsonFile'],
  verify: ['reassignmentJsonFile'],
  cancel: ['reassignmentJsonFile'],
  list: [],
};

export function declareReassignOptions(command: Command): void {
  const positive = wholeNumber({ least: 1 });
  declareAdminOptions(command)
    .option('--generate', 'propose where the partitions of some topics could lie; changes nothing')
    .option('--execute', 'begin to move partitions')
    .option(
      '--verify',
      'tell how far it is; when nothing is being moved any more, remove the throttles',
    )
    .option('--cancel', 'stop moving partitions, and remove the throttles')
    .option('--list', 'list the partitions that are being moved')
    .option('--topics-to-move-json-file <file>', 'the topics, for --generate')
    .option('--broker-list <ids>', 'the brokers to spread them over, for --generate: 1,2,3')
    .option('--disable-rack-aware', 'do not heed the racks of the brokers')
    .option('--reassignment-json-file <file>', 'which partition is to lie on which brokers')
    .option(
      '--throttle <bytes>',
      'bytes per second that a broker may send, and receive, for the sake of this. Give it again ' +
        'with --additional to change it.',
      positive,
    )
    .option(
      '--replica-alter-log-dirs-throttle <bytes>',
      'not here: replicas are not moved between log directories in this version',
      positive,
    )
    .option('--additional', 'go ahead although other partitions are being moved')
    .option('--preserve-throttles', 'leave the throttles as they are')
    .option('--timeout <ms>', 'how long to wait for the controller (default: 10000)', positive);
}

/**
 * @returns the action
 * @throws UsageError
 */
export function checkReassignOptions(options: ReassignOptions): ReassignAction {
  const action = onlyAction(ACTIONS, options);
  if (isGiven(options.replicaAlterLogDirsThrottle)) {
    throw new UsageError(
      'This version does not move replicas between the log directories of a broker.',
      'Leave --replica-alter-log-dirs-throttle out.',
    );
  }
  mustBelongTo(action, ALLOWED, options);
  for (const name of REQUIRED[action]) {
    if (!isGiven(options[name])) throw new UsageError(`${flag(action)} needs ${flag(name)}.`);
  }
  if (options.brokerList !== undefined) parseBrokerList(options.brokerList);
  return action;
}

/** @throws UsageError when it is no list of broker ids, or names one twice */
export function parseBrokerList(text: string): number[] {
  const ids = text.split(',').map((word) => {
    if (/^\s*\d+\s*$/.test(word)) return Number(word);
    throw new UsageError(
      `"${word.trim()}" in --broker-list is not a broker id.`,
      'Write it like 1,2,3.',
    );
  });
  const twice = ids.filter((id, index) => ids.indexOf(id) !== index);
  if (twice.length > 0) {
    throw new UsageError(`Broker list contains duplicate entries: ${twice.join(', ')}.`);
  }
  return ids;
}
