import { UsageError } from '../cli/usage-error';
import { offsetsFormatter, oldOffsetsFormatter } from './offsets-formatter';
import { printOptions } from './print-options';
import {
  DefaultFormatter,
  LoggingFormatter,
  noOpFormatter,
  type RecordFormatter,
} from './record-formatter';

const PACKAGE = 'org.apache.kafka.tools.consumer.';
/** Before Kafka 3.9. */
const OLD_PACKAGES = ['kafka.tools.', 'kafka.coordinator.group.GroupMetadataManager$'];

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
  const name = className ?? 'DefaultMessageFormatter';
  const deprecated = OLD_PACKAGES.find((one) => name.startsWith(one));
  const simple = name.replace(deprecated ?? PACKAGE, '');
  if (deprecated !== undefined) {
    note(
      `WARNING: ${name} is deprecated and will be removed in the next major release. ` +
        `Please use ${PACKAGE}${simple} instead`,
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
    case 'OffsetsMessageFormatter':
      return deprecated === undefined ? offsetsFormatter : oldOffsetsFormatter;
    default:
      throw new UsageError(
        `There is no formatter ${name}.`,
        `There are Default, Logging, NoOp and OffsetsMessageFormatter in ${PACKAGE.slice(0, -1)}.`,
      );
  }
}
