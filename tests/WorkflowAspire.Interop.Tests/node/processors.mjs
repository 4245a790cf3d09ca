const spawn = (job, queue, opts) =>
  queue.add('work', 'kid', { jobId: 'kid', parent: { id: job.id, queue: job.queueQualifiedName }, ...opts });

async function spawnFailing(job, queue) {
  await spawn(job, queue, { failParentOnFailure: true });
  while (await queue.getJobState('kid') !== 'failed') await new Promise(resolve => setTimeout(resolve, 5));
}

// What a test's worker does with a job, by name.
export const processors = {
  echo: async job => ({ echo: job.data }),
  nothing: async () => undefined,
  fail: async job => { throw new Error(`no ${job.attemptsMade}`); },
  failOnce: async job => {
    if (job.attemptsMade === 0) throw new Error('no 0');
    return 'ok';
  },
  failB: async job => {
    if (job.id === 'b') throw new Error('no b');
    return job.data;
  },
  unrecoverable: async (job, { UnrecoverableError }) => { throw new UnrecoverableError('never'); },
  // Adds a child while it runs and waits for it.
  park: async (job, { queue, token, WaitingChildrenError }) => {
    if (job.id !== 'parent') return job.data;
    if (job.attemptsStarted === 1) {
      await spawn(job, queue(), {});
      if (await job.moveToWaitingChildren(token)) throw new WaitingChildrenError();
    }
    return job.getChildrenValues();
  },
  // The same with a child that fails it.
  parkForFailing: async (job, { queue, token, WaitingChildrenError }) => {
    if (job.id !== 'parent') throw new Error('no kid');
    await spawn(job, queue(), { failParentOnFailure: true });
    if (await job.moveToWaitingChildren(token)) throw new WaitingChildrenError();
  },
  // Adds a child and doesn't wait for it.
  forget: async (job, { queue }) => {
    if (job.id === 'parent') await spawn(job, queue(), {});
    return job.data;
  },
  // Returns, or parks, when a child has failed that fails it.
  outlive: async (job, { queue }) => {
    if (job.id !== 'parent') throw new Error('no kid');
    await spawnFailing(job, queue());
  },
  parkTooLate: async (job, { queue, token }) => {
    if (job.id !== 'parent') throw new Error('no kid');
    await spawnFailing(job, queue());
    await job.moveToWaitingChildren(token);
  },
  // Parks only for a child that is done already, which is not to be waited for.
  parkForOne: async (job, { queue, token }) => {
    if (job.id !== 'parent') return job.data;
    await spawn(job, queue(), {});
    return job.moveToWaitingChildren(token, { child: { id: 'other', queue: job.queueQualifiedName } });
  },
  slow: job => new Promise(resolve => setTimeout(resolve, 20, job.data)),
  hang: () => new Promise(() => {}),
};
