import type { Check } from '../check';
import { ids, says } from '../finding';
import { about, statePath } from '../look-up';
import { metadataPairs } from '../metadata-pairs';

export const metadataIsrDiffers: Check = {
  code: 'METADATA_ISR_DIFFERS',
  severity: 'warning',
  layer: 'metadata',
  meaning: 'A broker tells clients of other in-sync replicas than ZooKeeper.',
  remedy:
    'It has missed a change, or somebody wrote the state by hand. See in the log of the controller whether it reaches this broker.',
  passing: 'a replica has just fallen behind or caught up',
  *find(snapshot) {
    for (const { broker, partition, told } of metadataPairs(snapshot)) {
      const [here, there] = [told.isr, partition.state.isr].map(sorted);
      if (here === there) continue;
      const { subject, topic } = about(partition);
      yield {
        subject: `${subject} at broker ${broker}`,
        topic,
        says: [says(statePath(partition), `isr ${there}`), says(`broker ${broker}`, `isr ${here}`)],
      };
    }
  },
};

function sorted(isr: readonly number[]): string {
  return ids([...isr].sort((a, b) => a - b));
}
