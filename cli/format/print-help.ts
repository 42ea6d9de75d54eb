import type { Command, CommandOption } from '../command/command.ts';

/** Returns the text of `trivium --help`. */
export function renderHelp(commands: readonly Command[]): string {
  const lines = [
    'Trivium: one copy of the data, one SQL endpoint, and for every statement the engine that fits it.',
    '',
    'usage: trivium <command> [options]',
    '',
    ...alignPairs(commands.map((command) => [command.name, command.summary])),
    '',
    'trivium <command> --help tells more about a command.',
    'exit codes: 0 done, 1 failed, 2 wrong usage or configuration, 130 interrupted',
  ];
  return `${lines.join('\n')}\n`;
}

/** Returns the text of `trivium <command> --help`. */
export function renderCommandHelp(command: Command): string {
  const options = Object.entries(command.options).map(([name, option]): [string, string] => [spellOption(name, option), option.help]);
  const lines = [
    command.summary,
    '',
    `usage: trivium ${command.name} ${command.usage}`,
    '',
    ...alignPairs([...options, ['-h, --help', 'show this']]),
    '',
    'examples:',
    ...command.examples.map((example) => `  ${example}`),
  ];
  return `${lines.join('\n')}\n`;
}

function spellOption(name: string, option: CommandOption): string {
  const short = option.short === undefined ? '' : `-${option.short}, `;
  return `${short}--${name}${option.value === undefined ? '' : ` <${option.value}>`}`;
}

function alignPairs(pairs: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...pairs.map(([left]) => left.length));
  return pairs.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}
