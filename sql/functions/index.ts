export { FUNCTIONS, functionByName, functionBySpelling, nearestFunction, tableFunctionBySpelling } from './function-catalogue.ts';
export type { FunctionDefinition, FunctionKind, NullBehaviour, Overload, TypePattern } from './function-definition.ts';
