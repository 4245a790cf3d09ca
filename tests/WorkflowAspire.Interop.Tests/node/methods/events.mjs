// QueueEvents and its producer.
const known = [
  'added', 'waiting', 'active', 'completed', 'failed', 'progress', 'delayed', 'stalled', 'removed', 'drained', 'paused', 'resumed',
  'duplicated', 'deduplicated', 'debounced', 'retries-exhausted', 'waiting-children', 'cleaned',
];

export default ({ packages, connection }) => {
  const listeners = new Map();
  return {
    /** Listens to every event of the package, and to custom ones by their names. */
    hear: async (v, name, custom) => {
      const listener = new packages[v].QueueEvents(name, { connection });
      const heard = [];
      for (const event of [...known, ...custom]) {
        // Only drained comes without arguments.
        listener.on(event, (...args) => heard.push({ event, id: args.at(-1), args: args.length > 1 ? args[0] : {} }));
      }
      await listener.waitUntilReady();
      listeners.set(`${v} ${name}`, { listener, heard });
    },
    heard: async (v, name) => listeners.get(`${v} ${name}`).heard,
    hearNoMore: async (v, name) => { await listeners.get(`${v} ${name}`).listener.close(); },

    publish: async (v, name, event) => {
      const producer = new packages[v].QueueEventsProducer(name, { connection });
      await producer.publishEvent(event);
      await producer.close();
    },

    /** Adds a job and waits until it has finished. */
    addAndWait: async (v, name, data) => {
      const queue = new packages[v].Queue(name, { connection });
      // From the beginning: being ready is no promise that it listens already, and our workers are quick.
      const events = new packages[v].QueueEvents(name, { connection, lastEventId: '0-0' });
      await events.waitUntilReady();
      try {
        const job = await queue.add('work', data);
        return { id: job.id, result: await job.waitUntilFinished(events, 60_000) };
      } finally {
        await Promise.all([events.close(), queue.close()]);
      }
    },
  };
};
