// Jobs taken and settled by hand, one script of the package at a time: no worker runs, so nothing happens that was not asked for.
import { Redis } from 'ioredis';
import { processors } from '../processors.mjs';

export default ({ packages, connection, workers }) => {
  const redis = new Redis({ ...connection, lazyConnect: true });
  const hands = new Map();

  function handOf(v, name) {
    const key = `${v} ${name}`;
    if (!hands.has(key)) {
      const worker = new packages[v].Worker(name, null, { connection, autorun: false });
      worker.on('error', () => {});
      // Closed with the queue.
      workers.set(key, worker);
      hands.set(key, { worker, held: [], tokens: 0 });
    }
    return hands.get(key);
  }

  function hold(hand, job, token) {
    if (job) hand.held.push({ job, token });
  }

  async function take(hand) {
    const token = `token ${hand.tokens++}`;
    hold(hand, await hand.worker.getNextJob(token, { block: false }), token);
  }

  const release = (hand, which) => hand.held.splice(which, 1)[0];
  const backendOf = hand => hand.worker.backend ?? hand.worker.scripts;

  // The package wakes nobody for a job with a priority that is handed back, so that idle workers find it seconds later. Ours does.
  async function wake(name) {
    const [paused, concurrency] = await redis.hmget(`bull:${name}:meta`, 'paused', 'concurrency');
    const isMaxed = concurrency && await redis.llen(`bull:${name}:active`) >= Number(concurrency);
    if (!paused && !isMaxed) await redis.zadd(`bull:${name}:marker`, 0, '0');
  }

  // What each method answers: how many jobs are held now, and why the package refused, where it did.
  const answering = methods => Object.fromEntries(Object.entries(methods).map(([method, run]) => [method, async (v, name, ...args) => {
    const hand = handOf(v, name);
    let refused;
    try {
      await run(hand, v, ...args);
    } catch (error) {
      refused = String(error.message);
    }
    return { held: hand.held.length, refused };
  }]));

  return answering({
    handTake: hand => take(hand),

    handSettle: async (hand, v, which, how, next) => {
      const { job, token } = release(hand, which);
      const { UnrecoverableError } = packages[v];
      let result;
      let failure;
      try {
        if (job.deferredFailure) throw new UnrecoverableError(job.deferredFailure);
        result = await processors[how](job, { UnrecoverableError });
      } catch (error) {
        failure = error;
      }
      // Delaying a retry and taking the next job in one call leaves out the marker of the delay, which ours sets: one look more of an idle worker.
      const retries = failure && !(failure instanceof UnrecoverableError) && job.attemptsMade + 1 < job.opts.attempts;
      const fetches = next && !retries;
      let answer;
      try {
        answer = failure ? await job.moveToFailed(failure, token, fetches) : await job.moveToCompleted(result, token, fetches);
      } finally {
        if (fetches && Array.isArray(answer)) hold(hand, await hand.worker.nextJobFromJobData(answer[0], answer[1], token), token);
        else if (next) await take(hand);
      }
    },

    handBack: async (hand, v, which) => {
      const { job, token } = release(hand, which);
      await job.moveToWait(token);
      if (job.priority > 0) await wake(hand.worker.name);
    },

    handLoseLock: async (hand, v, which) => {
      await redis.del(`bull:${hand.worker.name}:${hand.held[which].job.id}:lock`);
    },

    handPopMarker: async hand => {
      await redis.zpopmin(`bull:${hand.worker.name}:marker`);
    },

    handCheckStalled: async hand => {
      await redis.del(`bull:${hand.worker.name}:stalled-check`);
      await backendOf(hand).moveStalledJobsToWait();
    },
  });
};
