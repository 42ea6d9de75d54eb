/** Exponents within these bounds are written out. */
const EXPONENT_MIN = -4;
const EXPONENT_MAX = 15;

/** Digits that engines must agree on: sums are added in other orders. */
const AGREED_DIGITS = 12;

/** Returns the shortest text that stands for the number in its type, in DuckDB's form: `1.0`, `1e+20`, `-0.0`, `nan`, `inf`. */
export function formatFloat(value: number, type: 'real' | 'double'): string {
  return writeDigits(value, type === 'real' ? shortestReal(value) : value.toExponential());
}

/** Returns the text of a number with the digits that engines must agree on; other text stays as it is. The signs of zero and NaN are none of them. */
export function agreedFloat(text: string): string {
  if (text === '-nan') return 'nan';
  const value = numberOf(text);
  if (value === 0) return '0.0';
  return value === null ? text : writeDigits(value, value.toExponential(AGREED_DIGITS - 1));
}

function numberOf(text: string): number | null {
  return /^-?\d+(\.\d+)?(e[+-]?\d+)?$/.test(text) ? Number(text) : null;
}

function shortestReal(value: number): string {
  for (let digits = 0; digits < 9; digits += 1) {
    const text = value.toExponential(digits);
    if (Math.fround(Number(text)) === Math.fround(value)) return text;
  }
  return value.toExponential();
}

function writeDigits(value: number, exponential: string): string {
  if (Number.isNaN(value)) return 'nan';
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  if (!Number.isFinite(value)) return `${sign}inf`;
  if (value === 0) return `${sign}0.0`;
  const [mantissa = '', power = '0'] = exponential.replace('-', sign === '' ? '-' : '').split('e');
  const digits = mantissa.replace('.', '').replace(/0+$/, '') || '0';
  return sign + place(digits, Number(power));
}

function place(digits: string, exponent: number): string {
  if (exponent < EXPONENT_MIN || exponent > EXPONENT_MAX) {
    const fraction = digits.length > 1 ? `.${digits.slice(1)}` : '';
    return `${digits.slice(0, 1)}${fraction}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
  }
  if (exponent < 0) return `0.${'0'.repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0');
  return `${whole}.${digits.slice(exponent + 1) || '0'}`;
}
