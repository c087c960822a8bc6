import type { Command } from 'commander';
import { kafkaNameOfOption } from './client-properties';

/** How tools take configs of a client: by name and value, or in a file. The first one wins. */
const BY_VALUE = ['--producer-property', '--producer-props', '--consumer-property'];
const BY_FILE = ['--command-config', '--producer.config', '--consumer.config'];

// Not where it is a part of another name, or quoted.
const OPTION = new RegExp(
  `(?<![\\w.'"/-])(?:${[...kafkaNameOfOption.keys()].join('|')})(?![\\w'"/-]|\\.\\w)`,
  'g',
);

/**
 * A text of a client as a user of a tool needs it: options have Kafka's names, and it says where
 * they are set. A text that names none stays as it is.
 */
export function inKafkaNames(text: string, command: Pick<Command, 'options'>): string {
  let first: string | undefined;
  const translated = text.replace(OPTION, (option) => {
    const name = kafkaNameOfOption.get(option) ?? option;
    first ??= name;
    return name;
  });
  return first === undefined ? text : `${translated}${howToSet(first, command)}`;
}

function howToSet(name: string, { options }: Pick<Command, 'options'>): string {
  const has = (flag: string): boolean => options.some(({ long }) => long === flag);
  const byValue = BY_VALUE.find(has);
  if (byValue !== undefined) return ` Set it with ${byValue} ${name}=….`;
  const byFile = BY_FILE.find(has);
  return byFile === undefined ? '' : ` Set it in the file of ${byFile}.`;
}
