/** One line of a proof's or a benchmark's outcome. */
export interface Check {
  /** Stable name within the proof, in kebab-case. */
  readonly id: string;
  /** What was seen. */
  readonly value: number | string | boolean;
  /** Unit of the value, such as `ms`, `statements` or `ratio`. */
  readonly unit: string;
  /** What had to be seen, such as `<= 1.2` or `22 of 22`. */
  readonly target: string;
  readonly pass: boolean;
  /** What explains the value: sample sizes, intervals, the process mode, names of what failed. */
  readonly note?: string | undefined;
}

/** How a run was asked for. */
export interface ProofOptions {
  /** Smaller inputs, so that the run ends within 60 s; never weaker checks. */
  readonly quick: boolean;
  /** Every random choice comes from this number. */
  readonly seed: number;
  /** The one part that is asked for; all when left out. */
  readonly only?: string;
  /** Takes lines that tell what is being tried. */
  readonly log: (line: string) => void;
}

/** An attack on one promise. */
export interface Proof {
  readonly name: string;
  /** One line for `--list`. */
  readonly summary: string;
  /** What the machine must have: `linux`, `root`, or the name of a program on the path; without it the run fails as not run. */
  readonly needs?: readonly string[];
  /** Names of what can be run by itself with `--only`; none when left out. */
  readonly parts?: readonly string[];
  run(options: ProofOptions): Promise<Check[]>;
}

/** Entry of a registry; the module is loaded when it is asked for. */
export interface RegisteredProof {
  readonly name: string;
  load(): Promise<Proof>;
}
