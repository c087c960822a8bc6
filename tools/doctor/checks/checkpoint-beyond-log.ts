import type { Check } from '../check';
import { topicPartitionKey } from '../../../zk-coordination/stores/topic-partition';
import { says } from '../finding';
import { about } from '../look-up';

export const checkpointBeyondLog: Check = {
  code: 'CHECKPOINT_BEYOND_LOG',
  severity: 'error',
  layer: 'disks',
  meaning: 'A checkpoint names an offset behind the end of the log: records are missing on disk.',
  remedy:
    'The log was cut by a crash, a failing disk or by hand. While another replica is in sync, this broker copies what is missing; do not let this one lead before.',
  passing: 'the log has just been truncated, and the next checkpoint is still to come',
  *find({ disks }) {
    for (const { path, directories, checkpoints } of disks) {
      const ends = new Map(
        directories
          .filter(({ kind }) => kind === 'current')
          .map((one) => [topicPartitionKey(one), one.logEndOffset]),
      );
      for (const { file, offset, ...partition } of checkpoints) {
        const { subject, topic } = about(partition);
        const end = ends.get(subject);
        if (end === undefined || offset <= end) continue;
        yield {
          subject: `${subject} in ${path}/${file}`,
          topic,
          says: [
            says(`${path}/${file}`, `offset ${offset}`),
            says(`${path}/${subject}`, `ends at ${end}`),
          ],
        };
      }
    }
  },
};
