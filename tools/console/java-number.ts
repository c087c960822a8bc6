/** A double as `Double.toString` of Java 19 and later writes it: `1.0`, `1.0E7`, `1.0E-4`. */
export function javaDouble(value: number): string {
  return javaNumber(value, String(Math.abs(value)));
}

/** A float as `Float.toString` writes it: with as few digits as tell it from its neighbours. */
export function javaFloat(value: number): string {
  if (!Number.isFinite(value)) return javaNumber(value, '');
  let digits = '';
  for (let count = 1; count <= 9; count++) {
    digits = Math.abs(value).toPrecision(count);
    if (Math.fround(Number(digits)) === Math.abs(value)) break;
  }
  return javaNumber(value, digits);
}

/** @param shortest the absolute value in as few digits as possible */
function javaNumber(value: number, shortest: string): string {
  if (!Number.isFinite(value)) return String(value);
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const size = Math.abs(value);
  if (size === 0 || (size >= 1e-3 && size < 1e7)) {
    const plain = String(Number(shortest));
    return sign + (plain.includes('.') ? plain : `${plain}.0`);
  }
  const [mantissa, exponent] = Number(shortest).toExponential().split('e');
  return `${sign}${mantissa.includes('.') ? mantissa : `${mantissa}.0`}E${Number(exponent)}`;
}
