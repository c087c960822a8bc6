import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { ErrorCode } from '../../../client/protocol/error-codes';
import { ZK_CODES } from '../../../zk-coordination/zk-error';
import { projectRoot } from '../../cli/project-root';
import { errorCatalogue } from './error-catalogue';

const inSources = errorCodesIn(projectRoot(), ['broker', 'client', 'tools', 'zk-coordination']);
const entries = errorCatalogue.flatMap((section) => section.entries);
const catalogued = new Map(entries.map((entry) => [entry.code, entry]));

test('every error code in the sources is explained in the catalogue or is one of Kafka', () => {
  const unexplained = inSources.filter(
    ({ code }) => !(code in ErrorCode) && !(code in ZK_CODES) && !catalogued.has(code),
  );
  expect(unexplained).toEqual([]);
});

test('the catalogue explains nothing that does not occur, and nothing twice', () => {
  const occurring = new Set(inSources.map(({ code }) => code));
  expect(entries.filter(({ code }) => !occurring.has(code))).toEqual([]);
  expect(catalogued.size).toBe(entries.length);
  expect(entries.filter(({ code }) => code in ErrorCode || code in ZK_CODES)).toEqual([]);
});

test('the catalogue says of each code whether it is retriable, as the code does', () => {
  const contradicted = inSources.filter(({ code, retriable }) => {
    const entry = catalogued.get(code);
    return entry && retriable !== undefined && entry.retriable !== retriable;
  });
  expect(contradicted).toEqual([]);
});

/** Where an error code is given to an error. */
interface CodeInSource {
  readonly code: string;
  /** Undefined when it is not a literal. */
  readonly retriable: boolean | undefined;
  readonly file: string;
}

/**
 * The error codes written as literals in sources: the `code` of every object that also has an
 * `advice`, which is what constructors of KafkaClassicError take.
 *
 * @param folders below which `.ts` files are looked at; tests are not
 */
function errorCodesIn(root: string, folders: readonly string[]): CodeInSource[] {
  return folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
      .map((name) => join(folder, name))
      .flatMap((file) => codesOf(file, readFileSync(join(root, file), 'utf8'))),
  );
}

function codesOf(file: string, text: string): CodeInSource[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2022);
  const found: CodeInSource[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isObjectLiteralExpression(node) && property(node, 'advice')) {
      const code = property(node, 'code');
      if (code && ts.isPropertyAssignment(code)) {
        const retriable = booleanOf(property(node, 'retriable'));
        for (const literal of literalsIn(code.initializer)) {
          found.push({ code: literal, retriable, file });
        }
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function property(node: ts.ObjectLiteralExpression, name: string) {
  return node.properties.find(
    (one) => one.name !== undefined && ts.isIdentifier(one.name) && one.name.text === name,
  );
}

/** `'A'`, both branches of `x ? 'A' : 'B'`, the end of `x ?? 'A'`. */
function literalsIn(expression: ts.Expression): string[] {
  if (ts.isStringLiteral(expression)) return [expression.text];
  if (ts.isConditionalExpression(expression)) {
    return [...literalsIn(expression.whenTrue), ...literalsIn(expression.whenFalse)];
  }
  return ts.isBinaryExpression(expression) ? literalsIn(expression.right) : [];
}

function booleanOf(one: ts.ObjectLiteralElementLike | undefined): boolean | undefined {
  if (!one || !ts.isPropertyAssignment(one)) return undefined;
  if (one.initializer.kind === ts.SyntaxKind.TrueKeyword) return true;
  return one.initializer.kind === ts.SyntaxKind.FalseKeyword ? false : undefined;
}
