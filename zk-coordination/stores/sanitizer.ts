/**
 * URL-encodes an entity name for use as a znode name; letters, digits, `.`, `-` and `_` stay
 * (Kafka's `Sanitizer`).
 */
export function sanitize(name: string): string {
  return encodeURIComponent(name).replace(
    /[!~*'()]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** The reverse of {@link sanitize}; a name that was never encoded properly is returned as it is. */
export function desanitize(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
