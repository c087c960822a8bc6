import { replaceSection } from './generated-section';
import { staleDocuments } from '../docs';
import { renderToolReference, toolDefinitions } from './tool-reference';
import { explainFrame, exampleRequest } from './example-session';

test('the generated parts of the documentation are current (npm run docs)', () => {
  expect(staleDocuments()).toEqual([]);
});

test('a section is replaced between its markers and nowhere else', () => {
  const document = 'a\n<!-- generated: x -->\nold\n<!-- /generated: x -->\nb';
  const replaced = replaceSection(document, 'x', 'new');
  expect(replaced).toBe('a\n<!-- generated: x -->\nnew\n<!-- /generated: x -->\nb');
  expect(replaceSection(replaced, 'x', 'new')).toBe(replaced);
  expect(() => replaceSection(document, 'y', '')).toThrow(/No markers/);
});

test('the example is explained byte by byte', () => {
  const bytes = explainFrame(exampleRequest())
    .split('\n')
    .slice(1, -1)
    .map((line) => line.slice(0, 68).trim().replaceAll(' ', ''))
    .join('');
  expect(bytes).toBe(exampleRequest().toString('hex'));
});

test('every tool has a page with its options and examples', () => {
  const tools = toolDefinitions();
  expect(tools.map(({ name }) => name)).toContain('kafka-server-start');
  const page = renderToolReference(tools);
  for (const { name, examples } of tools) {
    expect(page).toContain(`\n## ${name}\n\n\`\`\`\nUsage: ${name} `);
    for (const { line } of examples) expect(page).toContain(`\n  ${line}\n`);
  }
});
