/** Returns whether the text names a time zone of the IANA database. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    // RangeError is how the platform says that there is none of that name.
    return false;
  }
}

/** Returns a time limit in milliseconds; null when the value is not a whole number from 1 to a day. */
export function parseTimeoutMs(value: unknown): number | null {
  const timeoutMs = typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value;
  return typeof timeoutMs === 'number' && Number.isInteger(timeoutMs) && timeoutMs >= 1 && timeoutMs <= 86_400_000 ? timeoutMs : null;
}
