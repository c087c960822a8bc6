import { Option, type Command } from 'commander';
import { declareAdminOptions, type AdminOptions } from '../admin/admin-options';
import { UsageError } from '../cli/usage-error';

/** What kafka-offsets-storage was told on its command line. */
export interface OffsetsStorageOptions extends AdminOptions {
  to: 'kafka' | 'zookeeper';
  dryRun?: boolean;
  execute?: boolean;
}

export function declareOffsetsStorageOptions(command: Command): void {
  declareAdminOptions(command)
    .addOption(
      new Option('--to <storage>', 'the storage in use now: what is left in the other moves here')
        .choices(['kafka', 'zookeeper'])
        .makeOptionMandatory(),
    )
    .option('--dry-run', 'show what would be moved; the default')
    .option('--execute', 'move it');
}

/** @throws UsageError */
export function checkOffsetsStorageOptions({ dryRun, execute }: OffsetsStorageOptions): void {
  if (dryRun && execute) throw new UsageError('Give --dry-run or --execute, not both.');
}
