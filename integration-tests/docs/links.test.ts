import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { projectRoot } from '../../tools/cli/project-root';

const root = projectRoot();
const documents = ['.', 'docs'].flatMap((folder) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name)),
);

const textOf = (document: string): string => readFileSync(join(root, document), 'utf8');
const withoutCode = (text: string): string =>
  text.replaceAll(/^(`{3,}|~{3,})[\s\S]*?^\1\s*$/gm, '').replaceAll(/`[^`\n]*`/g, '');

/** Anchors as GitHub makes them of headings. */
function anchorsOf(document: string): Set<string> {
  const headings = textOf(document).replaceAll(/^(`{3,}|~{3,})[\s\S]*?^\1\s*$/gm, '');
  return new Set(
    [...headings.matchAll(/^#{1,6} (.+)$/gm)].map(([, heading]) =>
      heading!
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

test.each(documents)('the links of %s lead somewhere', (document) => {
  const targets = [...withoutCode(textOf(document)).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target]) => target!)
    .filter((target) => !/^[a-z]+:/.test(target));
  const broken = targets.filter((target) => {
    const [path = '', anchor] = target.split('#');
    const file = path === '' ? document : normalize(join(dirname(document), path));
    if (!existsSync(join(root, file))) return true;
    return anchor !== undefined && !anchorsOf(file).has(anchor);
  });
  expect(broken).toEqual([]);
});
