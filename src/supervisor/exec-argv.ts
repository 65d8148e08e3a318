// How V8 keeps house in the workers and in the analyst.

/**
 * - Megabytes for young objects: what a transaction makes is garbage when it ends, and is copied less before.
 * - No pretenuring: while traffic begins, objects of some places in the code outlive a collection or two, and V8 makes those of such a
 *   place old from the start, for good. A dead old object keeps all it refers to until the next full collection, and here that is its
 *   whole transaction: nine of ten outlived every young collection, which took 18 ms instead of one, and full ones came every few seconds.
 */
export const EXEC_ARGV = [...process.execArgv, '--max-semi-space-size=16', '--no-allocation-site-pretenuring'];
