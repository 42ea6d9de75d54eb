/** Memory up to this size is taken from what the process freed before. Units: bytes; 32 MiB is glibc's limit. */
const REUSED_BYTES_MAX = 32 * 2 ** 20;

/** What a process keeps of freed memory at the top of each of its heaps. Units: bytes. */
const KEPT_BYTES_MAX = 64 * 2 ** 20;

/** The environment in which processes compute with DuckDB. glibc gives freed memory back at once by default, and an aggregate that keeps its values
 *  then faults the same pages in at each statement: 12,000 of them at a quantile over three million rows, a quarter of its time. Other C libraries pass over it. */
export const ALLOCATOR_ENVIRONMENT: Readonly<Record<string, string>> = {
  MALLOC_MMAP_THRESHOLD_: String(REUSED_BYTES_MAX),
  MALLOC_TRIM_THRESHOLD_: String(KEPT_BYTES_MAX),
};
