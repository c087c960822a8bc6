import type { Check } from '../check';
import { says } from '../finding';
import { answeringBrokers } from '../look-up';

export const apiVersionsDiffer: Check = {
  code: 'API_VERSIONS_DIFFER',
  severity: 'warning',
  layer: 'brokers',
  meaning: 'Brokers answer different versions of the protocol.',
  remedy: 'Finish the upgrade: bring all brokers to the same version.',
  *find(snapshot) {
    const [first, ...others] = answeringBrokers(snapshot);
    if (first === undefined) return;
    for (const { id, answers } of others) {
      const apis = new Set([...first.answers.apiVersions.keys(), ...answers.apiVersions.keys()]);
      for (const api of apis) {
        const [here, there] = [answers, first.answers].map((one) => one.apiVersions.get(api));
        if (here === there) continue;
        yield {
          subject: `${api} of broker ${id}`,
          says: [says(`broker ${first.id}`, there ?? 'none'), says(`broker ${id}`, here ?? 'none')],
        };
      }
    }
  },
};
