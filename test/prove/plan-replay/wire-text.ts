/** Statements betray themselves by their words. */
const STATEMENT = /\b(select|insert|with|values)\b[\s\S]*\b(from|into|as|where)\b/i;

/** Keys that messages to an engine process may have at their top; a statement would need one more. */
const MESSAGE_KEYS = new Set(['plan', 'session', 'scans', 'parameters']);

/** Returns what of the bytes sent to an engine process looks like SQL: messages with unknown parts, texts that read like statements, and the statements themselves. */
export function findSqlText(sent: readonly Uint8Array[], statements: readonly string[]): readonly string[] {
  const bytes = Buffer.concat(sent);
  const found: string[] = [];
  for (const statement of statements) {
    if (bytes.includes(statement)) found.push(`the statement ${statement.slice(0, 60)}`);
  }
  for (const message of openingMessages(bytes)) {
    const [, parameters] = JSON.parse(message) as [string, Readonly<Record<string, unknown>> | null];
    for (const key of Object.keys(parameters ?? {})) if (!MESSAGE_KEYS.has(key)) found.push(`a message with the part ${key}`);
    for (const text of textsOf(parameters)) if (STATEMENT.test(text)) found.push(`the text ${text.slice(0, 60)}`);
  }
  return found;
}

/** Splits the bytes into the channel's messages (u32 length, u8 kind, u32 exchange, payload) and returns those that open an exchange. */
function openingMessages(bytes: Buffer): readonly string[] {
  const messages: string[] = [];
  for (let at = 0; at + 9 <= bytes.byteLength; ) {
    const length = bytes.readUInt32LE(at);
    if (bytes.readUInt8(at + 4) === 1) messages.push(bytes.toString('utf8', at + 9, at + 9 + length));
    at += 9 + length;
  }
  return messages;
}

function textsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(textsOf);
}
