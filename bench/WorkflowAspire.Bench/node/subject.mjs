// The npm package under the same load as ours, one JSON line per request and per answer. Started with the port of Redis.
import readline from 'node:readline';
import { Queue, Worker } from 'bullmq';

const connection = { host: '127.0.0.1', port: Number(process.argv[2]) };
const payload = { text: 'x'.repeat(280) };
let worker;

const cpu = () => { const used = process.cpuUsage(); return used.user + used.system; };

const methods = {
  async add({ queue: name, jobs, callers }) {
    const queue = new Queue(name, { connection });
    await queue.waitUntilReady();
    let left = jobs;
    const started = performance.now();
    const caller = async () => { while (left-- > 0) await queue.add('work', payload); };
    await Promise.all(Array.from({ length: callers }, caller));
    const milliseconds = performance.now() - started;
    await queue.close();
    return { milliseconds };
  },

  async addBulk({ queue: name, jobs, jobsPerCall }) {
    const queue = new Queue(name, { connection });
    await queue.waitUntilReady();
    const started = performance.now();
    for (let added = 0; added < jobs; added += jobsPerCall)
      await queue.addBulk(Array.from({ length: Math.min(jobsPerCall, jobs - added) }, () => ({ name: 'work', data: payload })));
    const milliseconds = performance.now() - started;
    await queue.close();
    return { milliseconds };
  },

  async startWorker({ queue: name, concurrency }) {
    worker = new Worker(name, async () => null, { connection, concurrency });
    await worker.waitUntilReady();
  },

  closeWorker: () => worker.close(),

  async latency({ queue: name, samples, gap }) {
    const queue = new Queue(name, { connection });
    const found = [];
    let arrived;
    worker = new Worker(name, async () => { arrived(performance.now()); return null; }, { connection });
    await Promise.all([queue.waitUntilReady(), worker.waitUntilReady()]);
    for (let i = 0; i < samples; i++) {
      await new Promise(resolve => setTimeout(resolve, gap));
      const arrival = new Promise(resolve => { arrived = resolve; });
      const asked = performance.now();
      await queue.add('work', payload);
      found.push((await arrival - asked) * 1000);
    }
    await worker.close();
    await queue.close();
    return { microseconds: found };
  },

  cpu: () => ({ microseconds: cpu() }),
};

readline.createInterface({ input: process.stdin }).on('line', async line => {
  const { method, args } = JSON.parse(line);
  const result = await methods[method](args);
  process.stdout.write(`${JSON.stringify(result ?? {})}\n`);
}).on('close', () => process.exit());
