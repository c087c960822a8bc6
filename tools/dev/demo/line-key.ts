const OPENING_BRACE = 0x7b;

/**
 * Whose line it is: the field `user` of a JSON object, else the first word (in an access log that is
 * the visitor's address). Null for a blank line.
 */
export function keyOf(line: Buffer): string | null {
  const text = line.toString();
  if (line[0] === OPENING_BRACE) {
    const user = userOf(text);
    if (user !== null) return user;
  }
  return /\S+/.exec(text)?.[0] ?? null;
}

function userOf(json: string): string | null {
  try {
    const { user } = JSON.parse(json) as { user?: unknown };
    return typeof user === 'string' || typeof user === 'number' ? String(user) : null;
  } catch {
    return null;
  }
}
