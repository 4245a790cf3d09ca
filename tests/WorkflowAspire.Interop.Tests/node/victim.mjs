// A worker that takes one job, says so and never finishes, for a test to kill. Arguments: port, version, queue.
const [port, version, name] = process.argv.slice(2);
const { Worker } = await import(`bullmq${version}`);

new Worker(name, job => {
  process.stdout.write(`taken ${job.id}\n`);
  return new Promise(() => {});
}, { connection: { host: '127.0.0.1', port: Number(port) }, lockDuration: 1000, stalledInterval: 300 });
