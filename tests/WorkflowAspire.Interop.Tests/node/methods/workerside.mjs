// Workers with the options of a test, and jobs that a program takes and hands in itself.
import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { processors } from '../processors.mjs';

const require = createRequire(import.meta.url);

export default ({ packages, connection, workers }) => {
  const taken = new Map();
  const takers = new Map();

  // What special errors need of the worker and the package.
  const special = {
    /** Each job meets a limit of an hour. */
    limited: worker => async () => {
      await worker().rateLimit(3_600_000);
      throw packages[6].Worker.RateLimitError();
    },
    putOff: (worker, p) => async (job, token) => {
      await job.moveToDelayed(Date.now() + 3_600_000, token);
      throw new p.DelayedError();
    },
    putOffOnce: (worker, p) => async (job, token) => {
      if (job.attemptsStarted > 1) return 'ok';
      await job.moveToDelayed(Date.now() + 50, token);
      throw new p.DelayedError();
    },
    putBackOnce: (worker, p) => async (job, token) => {
      if (job.attemptsStarted > 1) return 'ok';
      await job.moveToWait(token);
      throw new p.WaitingError();
    },
    putBack: (worker, p) => async (job, token) => {
      await job.moveToWait(token);
      throw new p.WaitingError();
    },
  };

  const summary = job => job ? job.id : null;

  async function outcome(run) {
    try {
      return await run();
    } catch (error) {
      if (error.code < 0) return 'refused';
      throw error;
    }
  }

  async function withTaker(v, name, options, run) {
    const key = `${v} ${name}`;
    if (!takers.has(key)) {
      const worker = new packages[v].Worker(name, null, { connection, ...options });
      takers.set(key, worker);
      const close = worker.close.bind(worker);
      // Closed with the queue.
      if (!workers.has(key)) workers.set(key, { close });
    }
    return run(takers.get(key));
  }

  return {
    /** Starts a worker, with a number as the answer of its backoff strategy where one is given. */
    startWorkerOf: async (v, name, how, options, backoff) => {
      const p = packages[v];
      let worker;
      const processor = special[how]?.(() => worker, p) ?? (job => processors[how](job, p));
      const settings = backoff === null ? undefined : { backoffStrategy: () => backoff };
      worker = new p.Worker(name, (job, token) => processor(job, token), { connection, drainDelay: 1, settings, ...options });
      worker.on('error', () => {});
      await worker.waitUntilReady();
      workers.set(`${v} ${name}`, worker);
    },

    /** Takes a job; answers its id. */
    take: (v, name, token, options) => withTaker(v, name, options, async worker => {
      const job = await worker.getNextJob(token, { block: false });
      if (job) taken.set(`${v} ${name} ${job.id}`, job);
      return summary(job);
    }),
    /** Ends what was taken; answers the id of the next job that was taken with it, or that it was refused. */
    finish: (v, name, id, method, ...args) => outcome(async () => {
      const job = taken.get(`${v} ${name} ${id}`);
      if (method === 'moveToFailed') args[0] = new Error(args[0]);
      if (method === 'moveToDelayed') args[0] += Date.now();
      const result = await job[method](...args);
      if (!Array.isArray(result) || !result[1] || typeof result[0] !== 'object') return null;
      taken.set(`${v} ${name} ${result[1]}`, packages[v].Job.fromJSON(takers.get(`${v} ${name}`), result[0], result[1]));
      return result[1];
    }),
    extendLock: (v, name, id, token, duration) => taken.get(`${v} ${name} ${id}`).extendLock(token, duration),

    /** So many results of the package's backoff. */
    backoffs: async (v, name, backoff, attemptsMade, count) => {
      const { Backoffs } = require(fileURLToPath(new URL(`../node_modules/bullmq${v}/dist/cjs/classes/backoffs.js`, import.meta.url)));
      return Array.from({ length: count }, () => Backoffs.calculate(backoff, attemptsMade, new Error('no'), {}));
    },
    /** A worker that counts how many jobs run at once, its own and others', in the keys `(queue)-now` and `(queue)-seen`. */
    countWorker: async (v, name, options) => {
      const redis = new Redis(connection);
      const worker = new packages[v].Worker(name, async () => {
        await redis.sadd(`${name}-seen`, await redis.incr(`${name}-now`));
        await sleep(5);
        await redis.decr(`${name}-now`);
        return 'node';
      }, { connection, drainDelay: 1, ...options });
      worker.on('closed', () => redis.disconnect());
      worker.on('error', () => {});
      await worker.waitUntilReady();
      workers.set(`${v} ${name}`, worker);
    },
  };
};
