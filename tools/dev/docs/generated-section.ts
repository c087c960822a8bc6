/**
 * Replaces what stands between `<!-- generated: name -->` and `<!-- /generated: name -->`.
 *
 * @throws Error when the markers are missing
 */
export function replaceSection(document: string, name: string, content: string): string {
  const begin = `<!-- generated: ${name} -->`;
  const end = `<!-- /generated: ${name} -->`;
  const from = document.indexOf(begin);
  const to = document.indexOf(end);
  if (from < 0 || to < from) throw new Error(`No markers for the section "${name}".`);
  return `${document.slice(0, from + begin.length)}\n${content.trim()}\n${document.slice(to)}`;
}
