import jsdoc from 'eslint-plugin-jsdoc';
import tseslint from 'typescript-eslint';

const PRODUCT = ['spi', 'sql', 'storage', 'engines', 'sql-gateway', 'runtime', 'tck', 'client', 'cli', 'examples'].map((folder) => `${folder}/**/*.ts`);

const BANNED_SYNTAX = [
  {
    selector: "ThrowStatement > NewExpression[callee.name=/^(Error|TypeError|RangeError|SyntaxError)$/]",
    message: 'Make a PlatformError with a code, or use assert for a broken invariant (spi/error).',
  },
  { selector: 'ThrowStatement > Literal', message: 'Throw a PlatformError.' },
  { selector: 'ThrowStatement > TemplateLiteral', message: 'Throw a PlatformError.' },
  { selector: 'TSEnumDeclaration', message: 'Use a constant object or a union of literals.' },
  { selector: 'TSModuleDeclaration[kind="namespace"]', message: 'Use a module.' },
  { selector: 'TSParameterProperty', message: 'Declare the field and assign it.' },
  { selector: 'ExportAllDeclaration', message: 'Name what is exported.' },
  { selector: 'ExportDefaultDeclaration', message: 'Export by name.' },
];

const UNCODED_ERROR = {
  selector: 'NewExpression[callee.name=/^(Error|TypeError|RangeError|SyntaxError)$/]',
  message: 'Make a PlatformError with a code, or use assert for a broken invariant (spi/error).',
};

const LINES = { skipBlankLines: true, skipComments: true };

export default tseslint.config(
  { ignores: ['dist/', 'temp/', 'node_modules/', 'coverage/', '.venv*/', 'bench/results/', 'test/golden/', 'etc/'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      'max-lines': ['error', { max: 400, ...LINES }],
      'max-lines-per-function': ['error', { max: 70, ...LINES }],
      'no-restricted-syntax': ['error', ...BANNED_SYNTAX],
      eqeqeq: 'error',
      'no-console': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // A value of a union of literals is often checked where the type says that one is left; the check is for what crosses a boundary.
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: true }],
      // Interfaces with asynchronous methods have implementations that need not wait.
      '@typescript-eslint/require-await': 'off',
      // A type parameter that only the caller's annotation fixes is how untyped data is given a type at a boundary.
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
    },
  },
  {
    files: PRODUCT,
    plugins: { jsdoc },
    rules: {
      'no-restricted-syntax': ['error', ...BANNED_SYNTAX, UNCODED_ERROR],
      'jsdoc/require-jsdoc': [
        'error',
        {
          publicOnly: { esm: true },
          contexts: ['TSInterfaceDeclaration', 'TSTypeAliasDeclaration', 'ExportNamedDeclaration > VariableDeclaration'],
          require: { ClassDeclaration: true, FunctionDeclaration: true, MethodDefinition: false },
          enableFixer: false,
        },
      ],
    },
  },
  {
    files: ['test/**/*.ts', 'bench/**/*.ts', 'scripts/**/*.ts'],
    rules: {
      'max-lines-per-function': 'off',
      'no-console': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      // Fixtures are records of functions that close over their state.
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  { files: ['cli/**/*.ts'], rules: { 'no-console': 'off' } },
  { files: ['*.config.ts', 'test/reporter/*.ts', '**/*-worker.ts'], rules: { 'no-restricted-syntax': ['error', ...BANNED_SYNTAX.filter(({ selector }) => selector !== 'ExportDefaultDeclaration')] } },
);
