// Adding with a queue's default options, and while a worker is busy.
import { processors } from '../processors.mjs';

export default ({ packages, connection, workers, summary }) => {
  const held = new Map();
  const key = (v, name) => `${v} ${name}`;
  return {
    addWithDefaults: async (v, name, defaultJobOptions, data, opts) => {
      const queue = new packages[v].Queue(name, { connection, defaultJobOptions });
      const job = await queue.add('work', data, opts ?? undefined);
      await queue.close();
      return summary(job);
    },

    addNamed: async (v, name, jobName, data) => {
      const queue = new packages[v].Queue(name, { connection });
      const job = await queue.add(jobName, data);
      await queue.close();
      return summary(job);
    },

    /** What creating a queue of this name throws, or nothing. */
    createQueue: async (v, _, name) => {
      const queue = new packages[v].Queue(name, { connection });
      await queue.waitUntilReady();
      await queue.close();
    },

    /** Starts a worker and answers when its first job is active; no job ends before releaseWorker. */
    holdWorker: async (v, name, how) => {
      const { Worker, UnrecoverableError } = packages[v];
      let release;
      const gate = new Promise(resolve => { release = resolve; });
      const worker = new Worker(name, async job => { await gate; return processors[how](job, { UnrecoverableError }); }, { connection, drainDelay: 1 });
      let ended = 0;
      let notify = () => {};
      const count = () => { ended++; notify(); };
      worker.on('completed', count).on('failed', count).on('error', () => {});
      held.set(key(v, name), {
        release,
        endedAre: attempts => new Promise(resolve => { notify = () => { if (ended >= attempts) resolve(); }; notify(); }),
      });
      workers.set(key(v, name), worker);
      await new Promise(resolve => worker.once('active', resolve));
    },

    /** Lets the held jobs end and answers when so many attempts have. */
    releaseWorker: async (v, name, attempts) => {
      const worker = held.get(key(v, name));
      worker.release();
      await worker.endedAre(attempts);
      held.delete(key(v, name));
    },
  };
};
