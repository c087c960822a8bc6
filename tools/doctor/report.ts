import type { Colours } from '../cli/colours';
import { plainTable } from '../cli/table';
import { LAYERS, type Check, type Found, type Layer } from './check';
import type { Diagnosis } from './examine';

/** Rows printed of one kind of disagreement; `--json` has them all. */
const MOST_ROWS = 20;

/** The report for people: grouped by layer and by kind, each with what to do. */
export function renderReport(diagnosis: Diagnosis, paint: Colours): string {
  const lines: string[] = [];
  for (const layer of Object.keys(LAYERS) as Layer[]) {
    const here = diagnosis.findings.filter(({ check }) => check.layer === layer);
    if (here.length === 0) continue;
    lines.push(paint.bold(LAYERS[layer]), '');
    for (const check of new Set(here.map((one) => one.check))) {
      lines.push(
        ...renderKind(
          check,
          here.filter((one) => one.check === check),
          paint,
        ),
        '',
      );
    }
  }
  if (diagnosis.passed.length > 0) lines.push(...renderPassed(diagnosis, paint), '');
  const { findings } = diagnosis;
  lines.push(
    findings.length === 0 ? paint.green(verdict(diagnosis)) : paint.red(verdict(diagnosis)),
  );
  return lines.join('\n');
}

/** The last line. */
export function verdict({ findings, snapshot, checked }: Diagnosis): string {
  const { brokers, zookeeper, disks } = snapshot;
  const topics = [...zookeeper.topics.values()];
  const partitions = topics.reduce((sum, topic) => sum + topic.partitions.size, 0);
  const among = [
    counted(brokers.size, 'broker'),
    counted(topics.length, 'topic'),
    counted(partitions, 'partition'),
    ...(disks.length > 0 ? [counted(disks.length, 'log director', 'y', 'ies')] : []),
  ].join(', ');
  const count = findings.length === 0 ? 'No disagreements' : severities(findings);
  return `${count} among ${among} (${counted(checked, 'check')}).`;
}

function severities(findings: readonly Found[]): string {
  const errors = findings.filter(({ check }) => check.severity === 'error').length;
  const warnings = findings.length - errors;
  const parts = [
    ...(errors > 0 ? [counted(errors, 'error')] : []),
    ...(warnings > 0 ? [counted(warnings, 'warning')] : []),
  ];
  return `${counted(findings.length, 'disagreement')} (${parts.join(', ')})`;
}

function renderKind(check: Check, findings: readonly Found[], paint: Colours): string[] {
  const { code, severity, meaning, remedy, passing } = check;
  const label = severity === 'error' ? paint.red('ERROR') : paint.yellow('WARNING');
  const shown = findings.slice(0, MOST_ROWS);
  const rows = shown.flatMap(({ subject, says }) =>
    says.map(({ source, value }, at) => [at === 0 ? subject : '', source, value]),
  );
  const table = plainTable(
    [{ header: 'about' }, { header: 'source' }, { header: 'says' }],
    rows,
  ).split('\n');
  const more = findings.length - shown.length;
  return [
    `${label}  ${paint.bold(code)}  ${meaning}`,
    ...table.map((line, at) => `  ${at === 0 ? paint.dim(line) : line}`),
    ...(more > 0 ? [`  and ${more} more; --json has them all`] : []),
    ...remedyLines(shown, remedy).map((line) => `  ${paint.green('→')} ${line}`),
    ...(passing === undefined ? [] : [paint.dim(`  Normal for a moment when ${passing}.`)]),
  ];
}

/** What is to be done about single findings comes with their names, unless it is the same for all. */
function remedyLines(findings: readonly Found[], general: string): string[] {
  const subjects = new Map<string, string[]>();
  for (const { subject, remedy = general } of findings) {
    subjects.set(remedy, [...(subjects.get(remedy) ?? []), subject]);
  }
  if (subjects.size === 1) return [...subjects.keys()];
  return [...subjects].map(([remedy, of]) => `${of.join(', ')}: ${remedy}`);
}

function renderPassed({ passed }: Diagnosis, paint: Colours): string[] {
  const codes = [...new Set(passed.map(({ check }) => check.code))].join(', ');
  const were = passed.length === 1 ? 'disagreement was' : 'disagreements were';
  return [
    paint.dim(`${passed.length} ${were} gone at a later look (${codes}): the cluster is changing.`),
  ];
}

/** For `--list-checks`. */
export function renderChecks(checks: readonly Check[]): string {
  const lines: string[] = [];
  for (const layer of Object.keys(LAYERS) as Layer[]) {
    lines.push(LAYERS[layer]);
    const rows = checks
      .filter((check) => check.layer === layer)
      .map(({ code, severity, meaning }) => [code, severity, meaning]);
    const columns = [{ header: 'code' }, { header: 'severity' }, { header: 'meaning' }];
    lines.push(
      ...plainTable(columns, rows)
        .split('\n')
        .map((line) => `  ${line}`),
      '',
    );
  }
  lines.push(`${counted(checks.length, 'check')}.`);
  return lines.join('\n');
}

function counted(count: number, stem: string, one = '', many = 's'): string {
  return `${count} ${stem}${count === 1 ? one : many}`;
}
