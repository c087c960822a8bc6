import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

interface PackageFile {
  name: string;
  version: string;
}

const PACKAGE_NAME = 'kafka-classic';

function find(from: string): { root: string; manifest: PackageFile } {
  for (let folder = from; ; folder = dirname(folder)) {
    const file = join(folder, 'package.json');
    if (existsSync(file)) {
      const manifest = JSON.parse(readFileSync(file, 'utf8')) as PackageFile;
      if (manifest.name === PACKAGE_NAME) return { root: folder, manifest };
    }
    if (dirname(folder) === folder) {
      throw new Error(`No package.json of ${PACKAGE_NAME} above ${from}.`);
    }
  }
}

/** The folder that holds package.json, from sources and from dist/ alike. */
export function projectRoot(): string {
  return find(__dirname).root;
}

/** The version in package.json. */
export function projectVersion(): string {
  return find(__dirname).manifest.version;
}
