import type { Check } from '../check';
import { topicPartitionKey } from '../../../zk-coordination/stores/topic-partition';
import { says } from '../finding';
import { about } from '../look-up';

export const checkpointOfMissingLog: Check = {
  code: 'CHECKPOINT_OF_MISSING_LOG',
  severity: 'warning',
  layer: 'disks',
  meaning: 'A checkpoint names a partition whose log is not in the directory.',
  remedy:
    'If the log was taken away by hand, the broker copies it again from its leader; the entry goes with the next checkpoint. If not, look for the directory in the backups.',
  passing: 'the log has just been deleted, and the next checkpoint is still to come',
  *find({ disks }) {
    for (const { path, directories, checkpoints } of disks) {
      const logs = new Set(
        directories.filter(({ kind }) => kind === 'current').map(topicPartitionKey),
      );
      for (const { file, offset, ...partition } of checkpoints) {
        const { subject, topic } = about(partition);
        if (logs.has(subject)) continue;
        yield {
          subject: `${subject} in ${path}/${file}`,
          topic,
          says: [
            says(`${path}/${file}`, `offset ${offset}`),
            says(`${path}/${subject}`, 'not there'),
          ],
        };
      }
    }
  },
};
