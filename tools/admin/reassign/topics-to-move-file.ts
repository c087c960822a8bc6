import { AdminToolError } from '../admin-tool-error';
import { duplicates } from './duplicates';
import { isObject, readJsonFile } from './json-file';

const FORM = '{"topics":[{"topic":"foo"},{"topic":"bar"}],"version":1}';

/**
 * The topics of a file for `--generate`.
 *
 * @throws FileUnreadableError; AdminToolError TOPICS_FILE_INVALID
 */
export function readTopicsToMoveFile(path: string): string[] {
  return topicsToMove(readJsonFile(path, wrong));
}

/** As {@link readTopicsToMoveFile}, of what is in the file. */
export function topicsToMove(root: unknown): string[] {
  if (!isObject(root)) throw wrong('The file is no JSON object.');
  const { version = 1, topics } = root;
  if (version !== 1) throw wrong(`Not supported version field value ${JSON.stringify(version)}.`);
  if (!Array.isArray(topics) || topics.length === 0) throw wrong('The file names no topics.');
  const names = topics.map((entry: unknown, index) => {
    if (isObject(entry) && typeof entry.topic === 'string') return entry.topic;
    throw wrong(`Entry ${index} of "topics" has no topic.`);
  });
  const twice = duplicates(names);
  if (twice.length > 0) {
    throw wrong(`List of topics to reassign contains duplicate entries: ${twice.join(', ')}.`);
  }
  return names;
}

function wrong(message: string, cause?: unknown): AdminToolError {
  return new AdminToolError(message, {
    code: 'TOPICS_FILE_INVALID',
    advice: `The file has this form: ${FORM}`,
    cause,
  });
}
