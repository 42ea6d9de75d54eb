const ENGINE = '^engines/([^/]+)/';

/** Engines that run their statements in DuckDB, and what they share. */
const OVER_DUCKDB = '^engines/(olap|batch|duckdb)/';

/** Folders that describe data which nests in itself: an expression holds a query, which holds expressions. */
const RECURSIVE_TYPES = '^(spi/plan|sql/ast)/';

/** Packages of examples, which are installed there and need not be; apache-arrow is theirs by way of the product. */
const OF_EXAMPLES = '^(pg|libsql)$|^examples/[^/]+/node_modules/|node_modules/apache-arrow/';

/** One arrow that must not be there. */
const ban = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

/** Everything of the repository that is neither in one of the folders nor a file beside them. */
const outside = (...folders) => ({
  pathNot: [...folders.map((folder) => `^${folder}/`), 'node_modules/'],
  dependencyTypesNot: ['core', 'npm', 'npm-optional', 'npm-dev', 'unknown'],
});

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ban('no-circle', 'A circle means that two modules are one.', { pathNot: RECURSIVE_TYPES }, { circular: true }),
    ban(
      'no-circle-of-values',
      'Data types that contain each other may name each other; their code may not.',
      { path: RECURSIVE_TYPES },
      { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    ),
    ban('no-orphan-import', 'An import that leads nowhere.', {}, { couldNotResolve: true, pathNot: OF_EXAMPLES }),
    ban(
      'no-dev-dependency',
      'The product runs without development packages.',
      { path: '^(spi|sql|storage|engines|sql-gateway|runtime|tck|client|cli|examples)/' },
      { dependencyTypes: ['npm-dev', 'npm-unknown', 'npm-no-pkg'], pathNot: OF_EXAMPLES },
    ),
    ban(
      'product-without-tests',
      'The product knows nothing of its tests and tools.',
      { path: '^(spi|sql|storage|engines|sql-gateway|runtime|tck|client|cli|examples)/' },
      { path: '^(test|bench|scripts)/' },
    ),

    ban('spi-alone', 'The contract stands on nothing.', { path: '^spi/' }, outside('spi')),
    ban(
      'spi-no-package',
      'The contract imports no package; the types of apache-arrow are the one exception.',
      { path: '^spi/' },
      { dependencyTypes: ['npm', 'npm-optional', 'npm-peer', 'core'], pathNot: 'apache-arrow', dependencyTypesNot: ['type-only'] },
    ),
    ban(
      'spi-arrow-types-only',
      'Only the types of apache-arrow.',
      { path: '^spi/' },
      { path: 'apache-arrow', dependencyTypesNot: ['type-only'] },
    ),

    ban(
      'runtime-leaf',
      'Leaf machinery stands on the contract and packages.',
      { path: '^runtime/([^/]+)/', pathNot: '^runtime/duckdb/' },
      outside('spi', 'runtime/$1'),
    ),
    ban(
      'duckdb-down',
      'The binding makes Arrow frames and reads deletion vectors, and knows nothing else.',
      { path: '^runtime/duckdb/' },
      outside('spi', 'runtime/arrow', 'runtime/deletion-vector', 'runtime/duckdb'),
    ),
    ban('sql-down', 'The language stands on the contract.', { path: '^sql/' }, outside('spi', 'sql')),
    ban(
      'storage-down',
      'Storage stands on the contract and the leaf machinery.',
      { path: '^storage/' },
      outside('spi', 'runtime', 'storage'),
    ),

    ban(
      'engine-down',
      'An engine gets what it needs through the SPI; it may print plans.',
      { path: ENGINE, pathNot: OVER_DUCKDB },
      outside('spi', 'runtime', 'sql/print', 'engines/$1'),
    ),
    ban(
      'engine-over-duckdb-down',
      'Engines over DuckDB share how plans become its statements; none knows another.',
      { path: OVER_DUCKDB },
      outside('spi', 'runtime', 'sql/print', 'engines/duckdb', 'engines/$1'),
    ),
    ban(
      'stream-own-answers',
      "The stream engine's answers are its own.",
      { path: '^engines/stream/' },
      { path: ['^runtime/duckdb/', 'node_modules/@duckdb/'] },
    ),

    ban(
      'gateway-down',
      'The gateway knows the contract, the language and Arrow frames.',
      { path: '^sql-gateway/', pathNot: '^sql-gateway/engine/host/' },
      outside('spi', 'sql', 'runtime/arrow', 'sql-gateway'),
    ),
    ban(
      'engine-host-down',
      'What holds engines outside of the server knows the contract, processes and how plugins are loaded.',
      { path: '^sql-gateway/engine/host/' },
      outside('spi', 'runtime/process', 'sql-gateway/engine'),
    ),
    ban(
      'example-like-a-plugin',
      'An example engine sees what a plugin author sees.',
      { path: '^examples/' },
      outside('spi', 'sql/print', 'examples'),
    ),
    ban(
      'client-anywhere',
      'The client runs in Node and in browsers, beside programs that know nothing of a server.',
      { path: '^client/' },
      outside('spi', 'runtime/arrow', 'client'),
    ),
    ban(
      'client-no-node',
      'A browser has no modules of Node.',
      { path: '^(client|runtime/arrow)/' },
      { dependencyTypes: ['core'], dependencyTypesNot: ['type-only'] },
    ),
    ban(
      'kit-down',
      'The kit stands where the host of an engine stands, and knows no engine.',
      { path: '^tck/' },
      outside('spi', 'runtime/arrow', 'sql', 'storage', 'sql-gateway/engine', 'tck'),
    ),
    ban(
      'kit-above-all',
      'The kit is a program of its own: nothing of the product needs it.',
      { path: '^(spi|sql|storage|engines|sql-gateway|runtime|cli|examples)/' },
      { path: '^tck/' },
    ),
    ban(
      'one-composition-root',
      'Only the command line knows all parts.',
      { path: '^(spi|sql|storage|engines|sql-gateway|runtime|tck|examples)/' },
      { path: '^cli/' },
    ),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    // The template of an engine is a package of its own, which imports what is installed.
    exclude: { path: '^(dist|temp|examples/engine-template)/' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'default'] },
  },
};
