import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import koffi, { type TypeObject } from 'koffi';
import { PlatformError } from '../../spi/index.ts';

/** What a native function takes. A Uint8Array is passed as a pointer to its memory. */
export type NativeArgument = bigint | number | boolean | string | Uint8Array | object | null;

/** A C function; `async` runs it on the thread pool and the arguments' memory must stay alive until it calls back. */
export interface NativeFunction<Result> {
  (...args: readonly NativeArgument[]): Result;
  async(...args: readonly [...NativeArgument[], (error: unknown, result: Result) => void]): void;
}

/** An address in native memory. */
export type Pointer = bigint;

/** Statements recurse deeply while they are planned; koffi's own stacks (128 KiB off the main thread) would overflow. */
const STACK_BYTES = 16 << 20;

/** Calls a C function on the thread pool. */
export function callAsync<Result>(fn: NativeFunction<Result>, ...args: readonly NativeArgument[]): Promise<Result> {
  return new Promise((resolve, reject) => {
    fn.async(...args, (error: unknown, result: Result) => {
      if (error === null || error === undefined) resolve(result);
      else reject(PlatformError.from(error, 'ENGINE_FAILED'));
    });
  });
}

/** Room for one pointer that a C function gives back or takes by reference. */
export function pointerCell(value: Pointer = 0n): Buffer {
  const cell = Buffer.alloc(8);
  cell.writeBigUInt64LE(value);
  return cell;
}

/** Returns the path of libduckdb in the platform package that `@duckdb/node-bindings` installed.
 *  @throws ENGINE_UNAVAILABLE when there is no package for this platform. */
export function locateLibrary(): string {
  const { platform, arch } = process;
  const require = createRequire(createRequire(import.meta.url).resolve('@duckdb/node-bindings/package.json'));
  const file = platform === 'darwin' ? 'libduckdb.dylib' : 'libduckdb.so';
  for (const name of [`${platform}-${arch}`, `${platform}-${arch}-musl`]) {
    try {
      return join(dirname(require.resolve(`@duckdb/node-bindings-${name}/package.json`)), file);
    } catch {
      // npm installs one variant only: the next name may be it
    }
  }
  throw new PlatformError('ENGINE_UNAVAILABLE', `no DuckDB library is installed for ${platform}-${arch}`, {
    hint: 'Install the optional dependencies of @duckdb/node-bindings.',
  });
}

type Declare = <Result>(name: string, result: string | TypeObject, ...args: readonly (string | TypeObject)[]) => NativeFunction<Result>;

function declareStatements(declare: Declare) {
  const pointer = 'void *';
  const hugeint = koffi.struct({ lower: 'uint64', upper: 'int64' });
  const decimal = koffi.struct({ width: 'uint8', scale: 'uint8', value: hugeint });
  return {
    prepare: declare<number>('prepare', 'int', pointer, 'str', pointer),
    prepareError: declare<string | null>('prepare_error', 'str', pointer),
    destroyPrepare: declare<null>('destroy_prepare', 'void', pointer),
    parameterCount: declare<number | bigint>('nparams', 'uint64', pointer),
    statementType: declare<number>('prepared_statement_type', 'int', pointer),
    clearBindings: declare<number>('clear_bindings', 'int', pointer),
    bindNull: declare<number>('bind_null', 'int', pointer, 'uint64'),
    bindBoolean: declare<number>('bind_boolean', 'int', pointer, 'uint64', 'bool'),
    bindInt32: declare<number>('bind_int32', 'int', pointer, 'uint64', 'int32'),
    bindInt64: declare<number>('bind_int64', 'int', pointer, 'uint64', 'int64'),
    bindFloat: declare<number>('bind_float', 'int', pointer, 'uint64', 'float'),
    bindDouble: declare<number>('bind_double', 'int', pointer, 'uint64', 'double'),
    bindDecimal: declare<number>('bind_decimal', 'int', pointer, 'uint64', decimal),
    bindDate: declare<number>('bind_date', 'int', pointer, 'uint64', 'int32'),
    bindTime: declare<number>('bind_time', 'int', pointer, 'uint64', 'int64'),
    bindTimestamp: declare<number>('bind_timestamp', 'int', pointer, 'uint64', 'int64'),
    bindTimestampTz: declare<number>('bind_timestamp_tz', 'int', pointer, 'uint64', 'int64'),
    bindVarchar: declare<number>('bind_varchar_length', 'int', pointer, 'uint64', pointer, 'uint64'),
    bindBlob: declare<number>('bind_blob', 'int', pointer, 'uint64', pointer, 'uint64'),
  };
}

function declareFunctions() {
  // koffi takes settings only before the first library is loaded in the process
  if (koffi.config()['async_stack_size'] !== STACK_BYTES) koffi.config({ sync_stack_size: STACK_BYTES, async_stack_size: STACK_BYTES });
  const library = koffi.load(locateLibrary());
  const resultByValue = koffi.struct({ a: 'uint64', b: 'uint64', c: 'uint64', d: 'void *', e: 'void *', internalData: 'void *' });
  const progress = koffi.struct({ percent: 'double', rows: 'uint64', totalRows: 'uint64' });
  const declare = <Result>(name: string, result: string | TypeObject, ...args: (string | TypeObject)[]): NativeFunction<Result> =>
    library.func(`duckdb_${name}`, result, args);
  const pointer = 'void *';
  return {
    openExt: declare<number>('open_ext', 'int', 'str', pointer, pointer, pointer),
    close: declare<null>('close', 'void', pointer),
    connect: declare<number>('connect', 'int', pointer, pointer),
    disconnect: declare<null>('disconnect', 'void', pointer),
    interrupt: declare<null>('interrupt', 'void', pointer),
    queryProgress: declare<{ percent: number; rows: number | bigint; totalRows: number | bigint }>('query_progress', progress, pointer),
    executionIsFinished: declare<boolean>('execution_is_finished', 'bool', pointer),
    query: declare<number>('query', 'int', pointer, 'str', pointer),
    createConfig: declare<number>('create_config', 'int', pointer),
    setConfig: declare<number>('set_config', 'int', pointer, 'str', 'str'),
    destroyConfig: declare<null>('destroy_config', 'void', pointer),
    free: declare<null>('free', 'void', pointer),
    ...declareStatements(declare),
    executePreparedStreaming: declare<number>('execute_prepared_streaming', 'int', pointer, pointer),
    destroyResult: declare<null>('destroy_result', 'void', pointer),
    resultError: declare<string | null>('result_error', 'str', pointer),
    resultErrorType: declare<number>('result_error_type', 'int', pointer),
    resultReturnType: declare<number>('result_return_type', 'int', resultByValue),
    columnCount: declare<number | bigint>('column_count', 'uint64', pointer),
    columnName: declare<Pointer | null>('column_name', pointer, pointer, 'uint64'),
    columnLogicalType: declare<Pointer>('column_logical_type', pointer, pointer, 'uint64'),
    destroyLogicalType: declare<null>('destroy_logical_type', 'void', pointer),
    fetchChunk: declare<Pointer | null>('fetch_chunk', pointer, resultByValue),
    destroyDataChunk: declare<null>('destroy_data_chunk', 'void', pointer),
    chunkSize: declare<number | bigint>('data_chunk_get_size', 'uint64', pointer),
    resultArrowOptions: declare<Pointer>('result_get_arrow_options', pointer, pointer),
    destroyArrowOptions: declare<null>('destroy_arrow_options', 'void', pointer),
    toArrowSchema: declare<Pointer | null>('to_arrow_schema', pointer, pointer, pointer, pointer, 'uint64', pointer),
    chunkToArrow: declare<Pointer | null>('data_chunk_to_arrow', pointer, pointer, pointer, pointer),
    schemaFromArrow: declare<Pointer | null>('schema_from_arrow', pointer, pointer, pointer, pointer),
    chunkFromArrow: declare<Pointer | null>('data_chunk_from_arrow', pointer, pointer, pointer, pointer, pointer),
    destroyConvertedSchema: declare<null>('destroy_arrow_converted_schema', 'void', pointer),
    appenderCreate: declare<number>('appender_create_ext', 'int', pointer, 'str', 'str', 'str', pointer),
    appenderErrorData: declare<Pointer | null>('appender_error_data', pointer, pointer),
    appenderClose: declare<number>('appender_close', 'int', pointer),
    appenderClear: declare<number>('appender_clear', 'int', pointer),
    appenderDestroy: declare<number>('appender_destroy', 'int', pointer),
    appendDataChunk: declare<number>('append_data_chunk', 'int', pointer, pointer),
    /** Address of a function that does nothing when it is called to release an array whose memory JavaScript owns. */
    releaseNothing: library.symbol('duckdb_vector_size') as Pointer,
    errorDataType: declare<number>('error_data_error_type', 'int', pointer),
    errorDataMessage: declare<string | null>('error_data_message', 'str', pointer),
    destroyErrorData: declare<null>('destroy_error_data', 'void', pointer),
    copyMemory: koffi.load(null).func('memcpy', pointer, [pointer, pointer, 'size_t']) as unknown as NativeFunction<Pointer>,
    resultByValue,
    library,
  };
}

/** The functions of libduckdb's C interface that are used here. */
export type NativeLibrary = ReturnType<typeof declareFunctions>;

let loaded: NativeLibrary | undefined;

/** Loads libduckdb once and returns its functions.
 *  @see duckdb.h of DuckDB 1.5 */
export function nativeLibrary(): NativeLibrary {
  loaded ??= declareFunctions();
  return loaded;
}
