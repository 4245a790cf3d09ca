// A Node process that does with the real packages what a test asks for, one JSON line per request and per answer:
// { id, version, method, args } in, { id, result } or { id, error } out. Started with the port of Redis.
// Each file of methods/ adds methods for one area; it exports a function that gets what they share.
import { readdirSync } from 'node:fs';
import readline from 'node:readline';
import * as bullmq5 from 'bullmq5';
import * as bullmq6 from 'bullmq6';
import { processors } from './processors.mjs';

const packages = { 5: bullmq5, 6: bullmq6 };
const connection = { host: '127.0.0.1', port: Number(process.argv[2]) };
const queues = new Map();
const workers = new Map();
const listeners = new Map();

function queue(version, name) {
  const key = `${version} ${name}`;
  if (!queues.has(key)) queues.set(key, new packages[version].Queue(name, { connection }));
  return queues.get(key);
}

const summary = job => job && {
  id: job.id, name: job.name, data: job.data, opts: job.opts, delay: job.delay, priority: job.priority,
  attemptsMade: job.attemptsMade, attemptsStarted: job.attemptsStarted, stalledCounter: job.stalledCounter,
  returnvalue: job.returnvalue, failedReason: job.failedReason, stacktrace: job.stacktrace, processedBy: job.processedBy,
  timestamp: job.timestamp, processedOn: job.processedOn, finishedOn: job.finishedOn,
};

// What can be written as JSON.
function plain(value) {
  if (Array.isArray(value)) return value.map(plain);
  return value?.toJSON && value?.updateProgress ? summary(value) : value;
}

function startWorker(version, name, how, options = {}) {
  const context = { ...packages[version], queue: () => queue(version, name) };
  return new context.Worker(name, (job, token) => processors[how](job, { ...context, token }), { connection, drainDelay: 1, ...options });
}

const methods = {
  add: async (v, name, jobName, data, opts) => summary(await queue(v, name).add(jobName, data, opts)),
  addBulk: async (v, name, jobs) => { await queue(v, name).addBulk(jobs); },
  ready: async (v, name) => { await queue(v, name).waitUntilReady(); },
  getJob: async (v, name, id) => summary(await queue(v, name).getJob(id)) ?? null,
  getState: (v, name, id) => queue(v, name).getJobState(id),
  getJobs: async (v, name, states, start, end, ascending) => (await queue(v, name).getJobs(states, start, end, ascending)).map(summary),
  getJobCounts: (v, name) => queue(v, name).getJobCounts(),
  getWorkers: (v, name) => queue(v, name).getWorkers(),
  pause: (v, name) => queue(v, name).pause(),
  resume: (v, name) => queue(v, name).resume(),
  isPaused: (v, name) => queue(v, name).isPaused(),
  retry: async (v, name, id) => { await (await queue(v, name).getJob(id)).retry(); },
  remove: (v, name, id) => queue(v, name).remove(id),

  /** Starts a worker and answers when so many attempts have ended. */
  process: async (v, name, how, attempts, options) => {
    const worker = startWorker(v, name, how, options);
    await new Promise((resolve, reject) => {
      let ended = 0;
      const count = () => { if (++ended === attempts) resolve(); };
      worker.on('completed', count).on('failed', count).on('error', reject);
    });
    workers.set(`${v} ${name}`, worker);
  },

  startWorker: async (v, name, how, options) => {
    const worker = startWorker(v, name, how, options);
    worker.on('error', () => {});
    await worker.waitUntilReady();
    workers.set(`${v} ${name}`, worker);
  },
  closeWorker: (v, name) => workers.get(`${v} ${name}`).close(),

  listen: async (v, name) => {
    const listener = new packages[v].QueueEvents(name, { connection });
    const seen = [];
    for (const event of ['added', 'waiting', 'active', 'completed', 'failed', 'delayed', 'stalled', 'removed', 'paused', 'resumed', 'drained', 'duplicated', 'retries-exhausted', 'waiting-children'])
      listener.on(event, args => seen.push({ event, ...args }));
    await listener.waitUntilReady();
    listeners.set(`${v} ${name}`, { listener, seen });
  },
  events: async (v, name) => listeners.get(`${v} ${name}`).seen,

  close: async (v, name) => {
    const key = `${v} ${name}`;
    // A queue that is closed while it connects ends this process with BullMQ 5.
    await queues.get(key)?.waitUntilReady();
    await Promise.all([workers.get(key)?.close(), listeners.get(key)?.listener.close(), queues.get(key)?.close()]);
    for (const map of [workers, listeners, queues]) map.delete(key);
  },
};

Object.assign(methods, {
  /** Any method of Queue, its jobs as summaries. */
  queueCall: async (v, name, method, args) => plain(await queue(v, name)[method](...args)),
  /** Any method of Job. */
  jobCall: async (v, name, id, method, args) => plain(await (await queue(v, name).getJob(id))[method](...args)),
});

const shared = { packages, connection, queue, workers, summary, startWorker };
for (const file of readdirSync(new URL('methods/', import.meta.url)).filter(file => file.endsWith('.mjs')))
  Object.assign(methods, (await import(`./methods/${file}`)).default(shared));

const answer = message => process.stdout.write(`${JSON.stringify(message)}\n`);

readline.createInterface({ input: process.stdin }).on('line', async line => {
  const { id, version, method, args } = JSON.parse(line);
  try {
    answer({ id, result: (await methods[method](version, ...args)) ?? null });
  } catch (error) {
    answer({ id, error: String(error.stack ?? error) });
  }
}).on('close', () => process.exit());
