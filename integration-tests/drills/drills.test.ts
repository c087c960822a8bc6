import { join } from 'node:path';
import { projectRoot } from '../../tools/cli/project-root';
import { SeededRandom } from '../harness/seeded-random';
import { catalogue } from './catalogue';
import { ProcessCluster } from './processes/process-cluster';
import { formatReport } from './report';
import { runDrill } from './run-drill';

/** A handful for every run; all of them are run by `npm run drills`. */
const HANDFUL = ['D01', 'D05', 'D11', 'D19'];
/** Longer than a drill takes before it is given up as hanging. */
const LIMIT_MS = 10 * 60_000;

test('ids and names are unique, and every drill says what it is', () => {
  for (const nameOf of [({ id }: { id: string }) => id, ({ name }: { name: string }) => name]) {
    expect(new Set(catalogue.map(nameOf)).size).toBe(catalogue.length);
  }
  for (const { id, name, title, budget } of catalogue) {
    expect(id).toMatch(/^D\d\d[a-z]?$/);
    expect(name).toMatch(/^[a-z0-9.-]+$/);
    expect(title).toMatch(/^[A-Z].*\.$/);
    expect(budget.unavailabilityMs).toBeGreaterThan(0);
  }
});

test.each(catalogue.filter(({ id }) => HANDFUL.includes(id)))(
  '$id $name',
  async (drill) => {
    const { seed } = new SeededRandom();
    const report = await runDrill(drill, {
      driver: (shape, directory) => ProcessCluster.start(shape, directory),
      seed,
      directory: join(projectRoot(), '.cache', 'drills', `${drill.id}-${seed}`),
      leniency: 3,
    });
    process.stdout.write(`${formatReport(report)}\n`);
    expect(report.problems).toEqual([]);
  },
  LIMIT_MS,
);
