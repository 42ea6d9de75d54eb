export type { DeclaredFunction, FunctionBody, FunctionColumn, FunctionSource } from './declared-function.ts';
export { FUNCTIONS, functionByName, functionBySpelling, nearestFunction, tableFunctionBySpelling } from './function-catalogue.ts';
export { type FunctionSignature, parseFunctionSignature } from './parse-function-signature.ts';
export type { FunctionDefinition, FunctionKind, NullBehaviour, Overload, TypePattern } from './function-definition.ts';
