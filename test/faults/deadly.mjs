// Preloaded into a worker: an engine that aborts the process on certain texts, in the head or in the body, as V8 has done on
// certain patterns.
import cluster from 'node:cluster';

if (cluster.isWorker) {
  const dist = new URL('../../dist/inspection/', import.meta.url);
  const { Identifier } = await import(new URL('identify.js', dist));
  const { TransactionInspection } = await import(new URL('transaction-inspection.js', dist));
  const { identify } = Identifier.prototype;
  Identifier.prototype.identify = function (...all) {
    if (JSON.stringify(all).includes('text-of-death')) process.abort();
    return identify.apply(this, all);
  };
  const { requestBody } = TransactionInspection.prototype;
  TransactionInspection.prototype.requestBody = function (received, decoded) {
    const outcome = requestBody.call(this, received, decoded);
    // What is refused is not looked at.
    if (outcome.kind !== 'refuse' && received.includes('text-of-death')) process.abort();
    return outcome;
  };
}
