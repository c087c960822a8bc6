import { UsageError } from '../../cli/usage-error';

/** Splits a line into words as a shell does: blanks part, quotes of both kinds hold together. */
export function splitWords(line: string): string[] {
  const words: string[] = [];
  let word: string | null = null;
  let quote: string | null = null;
  for (const char of line) {
    if (quote !== null) {
      if (char === quote) quote = null;
      else word += char;
    } else if (char === '"' || char === "'") {
      quote = char;
      word ??= '';
    } else if (/\s/.test(char)) {
      if (word !== null) words.push(word);
      word = null;
    } else {
      word = (word ?? '') + char;
    }
  }
  if (quote !== null) throw new UsageError(`A ${quote} is never closed.`, 'Close the quote.');
  if (word !== null) words.push(word);
  return words;
}
