import { renderConfigReference } from '../../../broker/config/config-reference';
import { renderMetricTables } from '../../../broker/metrics/metrics-reference';
import { readClientResults, renderClientResults } from './client-results';
import { renderErrorReference } from './error-reference';
import { exampleRequest, exampleResponse, explainFrame } from './example-session';
import { renderKafkaVersions } from './kafka-clients';
import { renderKafkaJsSuite } from './kafkajs-suite';
import { replaceSection } from './generated-section';
import { renderToolReference } from './tool-reference';
import { renderApis, renderErrorCodes } from './protocol-reference';

/** A document, or the generated parts of one. */
export interface GeneratedDocument {
  /** Path from the root of the project. */
  readonly path: string;
  /** @param present what the file holds now, empty when there is none */
  render(present: string): string;
}

const sections: Readonly<Record<string, () => string>> = {
  'example-request': () => explainFrame(exampleRequest()),
  'example-response': () => explainFrame(exampleResponse()),
  apis: renderApis,
  'error-codes': renderErrorCodes,
};

const clientSections: Readonly<Record<string, () => string>> = {
  versions: () => renderKafkaVersions(readClientResults()),
  'client-results': () => renderClientResults(readClientResults()),
  'kafkajs-suite': renderKafkaJsSuite,
};

/** Everything that is derived from the code; `npm run docs` writes it, the tests hold it current. */
export const documents: readonly GeneratedDocument[] = [
  {
    path: 'PROTOCOL.md',
    render: (present) =>
      Object.entries(sections).reduce(
        (text, [name, content]) => replaceSection(text, name, content()),
        present,
      ),
  },
  {
    path: 'docs/compatibility.md',
    render: (present) =>
      Object.entries(clientSections).reduce(
        (text, [name, content]) => replaceSection(text, name, content()),
        present,
      ),
  },
  {
    path: 'docs/metrics.md',
    render: (present) => replaceSection(present, 'metrics', renderMetricTables()),
  },
  { path: 'docs/configs.md', render: () => renderConfigReference() },
  { path: 'docs/tools.md', render: () => renderToolReference() },
  { path: 'docs/errors.md', render: () => renderErrorReference() },
];
