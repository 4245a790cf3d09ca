// Flows, which FlowProducer makes.
export default ({ packages, connection, summary, startWorker, workers }) => {
  const using = async (v, work) => {
    const flows = new packages[v].FlowProducer({ connection });
    try {
      return await work(flows);
    } finally {
      await flows.close();
    }
  };
  const tree = node => node && { job: summary(node.job), children: (node.children ?? []).map(tree) };
  return {
    addFlow: (v, name, flow, opts) => using(v, async flows => tree(await flows.add(flow, opts ?? undefined))),
    addFlows: (v, name, flows) => using(v, async producer => { await producer.addBulk(flows); }),
    /** Makes the queue of a flow's jobs with a prefix of their own. */
    open: async (v, name, prefix) => {
      const queue = new packages[v].Queue(name, { connection, prefix });
      await queue.waitUntilReady();
      await queue.close();
    },
    /** Runs a worker until so many attempts have ended; it also reports as an error that it may not complete a job. */
    processFlow: async (v, name, how, attempts, options) => {
      const worker = startWorker(v, name, how, options);
      await new Promise(resolve => {
        let ended = 0;
        const count = () => { if (++ended === attempts) resolve(); };
        worker.on('completed', count).on('failed', count).on('error', () => {});
      });
      workers.set(`${v} ${name}`, worker);
    },
    getFlow: (v, name, id, opts) => using(v, async flows => tree(await flows.getFlow({ queueName: name, id, ...opts })) ?? null),
  };
};
