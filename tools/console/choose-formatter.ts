import { UsageError } from '../cli/usage-error';
import { printOptions } from './print-options';
import {
  DefaultFormatter,
  LoggingFormatter,
  noOpFormatter,
  type RecordFormatter,
} from './record-formatter';

const PACKAGES = ['org.apache.kafka.tools.consumer.', 'kafka.tools.'];

/**
 * The formatter of that class name; `DefaultMessageFormatter` without one.
 *
 * @param note takes warnings, and the lines of the logging formatter
 * @throws UsageError for another class, and for properties it does not have
 */
export function chooseFormatter(
  className: string | undefined,
  properties: Readonly<Record<string, string>>,
  note: (line: string) => void,
): RecordFormatter {
  const [current, deprecated] = PACKAGES;
  const name = className ?? 'DefaultMessageFormatter';
  const simple = name.replace(current, '').replace(deprecated, '');
  if (name.startsWith(deprecated)) {
    note(
      `WARNING: ${name} is deprecated and will be removed in the next major release. ` +
        `Please use ${current}${simple} instead`,
    );
  }
  const printed = new DefaultFormatter(printOptions(properties));
  switch (simple) {
    case 'DefaultMessageFormatter':
      return printed;
    case 'LoggingMessageFormatter':
      return new LoggingFormatter(printed, note);
    case 'NoOpMessageFormatter':
      return noOpFormatter;
    default:
      throw new UsageError(
        `There is no formatter ${name}.`,
        `There are Default, Logging and NoOpMessageFormatter in ${current.slice(0, -1)}.`,
      );
  }
}
