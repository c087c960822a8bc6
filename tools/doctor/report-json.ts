import { LAYERS, type Check, type Found } from './check';
import type { Diagnosis } from './examine';

/** The report for programs. Fields are only ever added. */
export function jsonReport({ findings, passed, snapshot, checked }: Diagnosis): object {
  const topics = [...snapshot.zookeeper.topics.values()];
  return {
    clusterId: snapshot.zookeeper.clusterId,
    brokers: snapshot.brokers.size,
    topics: topics.length,
    partitions: topics.reduce((sum, { partitions }) => sum + partitions.size, 0),
    logDirs: snapshot.disks.length,
    checks: checked,
    findings: findings.map(jsonFinding),
    passed: passed.map(jsonFinding),
  };
}

function jsonFinding({ check, subject, topic, says, remedy }: Found): object {
  return {
    code: check.code,
    severity: check.severity,
    layer: check.layer,
    subject,
    ...(topic !== undefined && { topic }),
    says,
    meaning: check.meaning,
    advice: remedy ?? check.remedy,
  };
}

/** For `--list-checks --json`. */
export function jsonChecks(checks: readonly Check[]): object[] {
  return checks.map(({ code, severity, layer, meaning, remedy, passing }) => ({
    code,
    severity,
    layer: LAYERS[layer],
    meaning,
    advice: remedy,
    ...(passing !== undefined && { normalWhen: passing }),
  }));
}
