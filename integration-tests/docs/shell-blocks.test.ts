import { runnable, shellBlocks } from './shell-blocks';

const document = `
# Title

\`\`\`bash
echo one
echo two   # a comment
\`\`\`

Some text.

\`\`\`ts
const notShell = 'echo';
\`\`\`

<!-- not run: it needs a second machine -->

\`\`\`bash
ssh other
\`\`\`

    indented \`\`\`

~~~sh
cat <<'X'
\`\`\`
X
~~~
`;

test('the shell blocks of a document, with what is not run', () => {
  expect(shellBlocks(document)).toEqual([
    { line: 4, script: 'echo one\necho two   # a comment', notRun: undefined },
    { line: 17, script: 'ssh other', notRun: 'it needs a second machine' },
    { line: 23, script: "cat <<'X'\n```\nX", notRun: undefined },
  ]);
});

test('a reason holds for the next block only, and text in between ends it', () => {
  const blocks = shellBlocks(
    '<!-- not run: a -->\n```sh\n1\n```\n```sh\n2\n```\n<!-- not run: b -->\ntext\n```sh\n3\n```',
  );
  expect(blocks.map(({ notRun }) => notRun)).toEqual(['a', undefined, undefined]);
});

test('a fence that is never closed is an error', () => {
  expect(() => shellBlocks('a\n```bash\necho')).toThrow('line 2');
});

test('blocks run at the test cluster', () => {
  const addresses = { broker: '127.0.0.1:1', zookeeper: '127.0.0.1:2' };
  const script = 'npx kafka-topics --bootstrap-server localhost:9092; npx tsc; x localhost:2181/a';
  expect(runnable(script, addresses)).toBe(
    'bin/kafka-topics.sh --bootstrap-server 127.0.0.1:1; npx tsc; x 127.0.0.1:2/a',
  );
});
