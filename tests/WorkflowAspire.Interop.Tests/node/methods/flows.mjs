// Flows, which FlowProducer makes.
export default ({ packages, connection, summary }) => {
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
    getFlow: (v, name, id, opts) => using(v, async flows => tree(await flows.getFlow({ queueName: name, id, ...opts })) ?? null),
  };
};
