import type { OffsetPosition } from '../../client/consumer';
import { requiredBootstrapServer } from '../cli/bootstrap-server';
import { clientSettings, type ClientSettings } from '../cli/client-properties';
import { loadPropertiesFile, loadVerbatimProperties } from '../cli/properties-file';
import { UsageError } from '../cli/usage-error';

/** The command line of kafka-console-consumer. */
export interface ConsoleConsumerOptions {
  topic?: string;
  include?: string;
  whitelist?: string;
  partition?: number;
  offset?: string;
  group?: string;
  fromBeginning?: boolean;
  maxMessages?: number;
  timeoutMs?: number;
  skipMessageOnError?: boolean;
  bootstrapServer?: string;
  consumerProperty: Record<string, string>;
  'consumer.config'?: string;
  formatter?: string;
  formatterConfig?: string;
  property: Record<string, string>;
  keyDeserializer?: string;
  valueDeserializer?: string;
  isolationLevel?: string;
  enableSystestEvents?: boolean;
}

/** What to read: one topic or one partition of it, or all topics that match. */
export type ReadPlan =
  | { readonly topic: string; readonly partition?: number; readonly offset?: OffsetPosition }
  | { readonly include: RegExp };

/** @throws UsageError when options are missing or exclude each other */
export function readPlan(options: ConsoleConsumerOptions): ReadPlan {
  const { topic, partition, offset, fromBeginning = false } = options;
  const include = options.include ?? options.whitelist;
  if ((topic === undefined) === (include === undefined)) {
    throw new UsageError('Exactly one of --include/--topic is required.');
  }
  if (partition !== undefined && topic === undefined) {
    throw new UsageError('The topic is required when partition is specified.');
  }
  if (offset !== undefined && partition === undefined) {
    throw new UsageError('The partition is required when offset is specified.');
  }
  if (offset !== undefined && fromBeginning) {
    throw new UsageError('Options from-beginning and offset cannot be specified together.');
  }
  if (topic === undefined) return { include: wholeName(include!) };
  if (partition === undefined) return { topic };
  return { topic, partition, offset: offsetOf(offset ?? (fromBeginning ? 'earliest' : 'latest')) };
}

/**
 * The consumer's options: `--isolation-level` wins over `--consumer-property`, that over
 * `--consumer.config`.
 *
 * @throws UsageError, FileUnreadableError
 */
export function consumerSettings(options: ConsoleConsumerOptions): ClientSettings {
  const { fromBeginning = false, isolationLevel } = options;
  const brokers = requiredBootstrapServer(options.bootstrapServer);
  const file = options['consumer.config'];
  const given = {
    ...(file === undefined ? {} : loadPropertiesFile(file)),
    ...options.consumerProperty,
  };
  const group = groupOf(options, file);
  // Without a group there is nothing to commit for.
  if (group === undefined) delete given['enable.auto.commit'];
  const reset = given['auto.offset.reset'];
  if (fromBeginning && reset !== undefined && reset !== 'earliest') {
    throw new UsageError(
      `Can't simultaneously specify --from-beginning and 'auto.offset.reset=${reset}'.`,
      'Remove one of them.',
    );
  }
  return clientSettings('consumer', {
    'client.id': 'console-consumer',
    'auto.offset.reset': fromBeginning ? 'earliest' : 'latest',
    ...given,
    ...(group === undefined ? {} : { 'group.id': group }),
    ...(isolationLevel === undefined ? {} : { 'isolation.level': isolationLevel }),
    'bootstrap.servers': brokers,
  });
}

/** The properties of the formatter: `--property` wins over the flags, those over the file. */
export function formatterProperties(options: ConsoleConsumerOptions): Record<string, string> {
  const { formatterConfig, keyDeserializer, valueDeserializer, property } = options;
  return {
    ...(formatterConfig === undefined ? {} : loadVerbatimProperties(formatterConfig)),
    ...(keyDeserializer === undefined ? {} : { 'key.deserializer': keyDeserializer }),
    ...(valueDeserializer === undefined ? {} : { 'value.deserializer': valueDeserializer }),
    ...property,
  };
}

/** The group may be named in three places, which must not contradict each other. */
function groupOf(
  { group, consumerProperty, partition }: ConsoleConsumerOptions,
  file: string | undefined,
): string | undefined {
  const fromFile = file === undefined ? undefined : loadPropertiesFile(file)['group.id'];
  const given = [group, consumerProperty['group.id'], fromFile];
  const different = [...new Set(given.filter((id) => id !== undefined))];
  if (different.length === 1 && partition !== undefined) {
    throw new UsageError(
      'Options group and partition cannot be specified together.',
      'A group says itself who reads which partition; leave one of the two away.',
    );
  }
  if (different.length <= 1) return different[0];
  throw new UsageError(
    "The group ids provided in different places (directly using '--group', via " +
      "'--consumer-property', or via '--consumer.config') do not match. " +
      `Detected group ids: ${different.map((id) => `'${id}'`).join(', ')}.`,
    'Give one of them.',
  );
}

function offsetOf(text: string): OffsetPosition {
  const word = text.toLowerCase();
  if (word === 'earliest' || word === 'latest') return word;
  const offset = /^\d+$/.test(text) ? Number(text) : NaN;
  if (Number.isSafeInteger(offset)) return offset;
  throw new UsageError(
    `The provided offset value '${text}' is incorrect.`,
    "Valid values are 'earliest', 'latest', or a non-negative long.",
  );
}

/** As Java matches: the whole name. */
function wholeName(pattern: string): RegExp {
  try {
    return new RegExp(`^(?:${pattern})$`);
  } catch {
    throw new UsageError(
      `"${pattern}" is no regular expression.`,
      'Put a backslash before signs that mean themselves.',
    );
  }
}
