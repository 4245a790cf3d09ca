// A worker in a process of its own, for a test to kill. Arguments: port, version, queue, and "hang" (takes one job and never
// finishes it) or "slow" (finishes each after some milliseconds). Says which jobs it takes. The same as the project WorkflowAspire.Interop.Victim.
const [port, version, name, how] = process.argv.slice(2);
const { Worker } = await import(`bullmq${version}`);

new Worker(name, job => {
  process.stdout.write(`taken ${job.id}\n`);
  return new Promise(resolve => { if (how === 'slow') setTimeout(resolve, 20, job.data); });
}, {
  connection: { host: '127.0.0.1', port: Number(port) },
  concurrency: how === 'slow' ? 10 : 1, lockDuration: 3000, stalledInterval: 300, maxStalledCount: 10,
});
