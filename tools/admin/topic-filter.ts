import { UsageError } from '../cli/usage-error';

/** Topics of the cluster itself. */
const INTERNAL_TOPICS: ReadonlySet<string> = new Set(['__consumer_offsets', '__transaction_state']);

/**
 * Decides which topics are meant. The pattern is a regular expression for the whole name; a comma
 * means "or", blanks do not count, and quotes around it are taken off
 * (TopicFilter.java, IncludeList).
 *
 * @param pattern undefined for all
 * @throws UsageError when it is no regular expression
 */
export function topicFilter(
  pattern: string | undefined,
  { excludeInternal = false }: { excludeInternal?: boolean } = {},
): (topic: string) => boolean {
  const regex = pattern === undefined ? undefined : wholeName(pattern);
  return (topic) =>
    (regex === undefined || regex.test(topic)) && !(excludeInternal && INTERNAL_TOPICS.has(topic));
}

function wholeName(pattern: string): RegExp {
  const source = pattern
    .replaceAll(',', '|')
    .replaceAll(/\s/g, '')
    .replaceAll(/^["']+|["']+$/g, '');
  try {
    return new RegExp(`^(?:${source})$`);
  } catch {
    throw new UsageError(
      `"${pattern}" is an invalid regex.`,
      'Put a backslash before ( ) [ ] { } * + ? and other signs that mean themselves.',
    );
  }
}
