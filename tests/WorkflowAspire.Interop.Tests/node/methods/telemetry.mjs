// Producers and workers with bullmq-otel; what they trace is kept in memory.
import { trace } from '@opentelemetry/api';
import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';
import { BullMQOtel } from 'bullmq-otel';

export default ({ packages, connection, workers, startWorker, summary }) => {
  const exporter = new InMemorySpanExporter();
  new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }).register();
  const telemetry = new BullMQOtel({ tracerName: 'interop' });

  /** Within a span of the program's own; answers with its trace. */
  const within = async work => trace.getTracer('interop').startActiveSpan('request', async span => {
    try {
      return { ...await work(), traceId: span.spanContext().traceId };
    } finally {
      span.end();
    }
  });

  return {
    tracedAdd: (v, name, data, opts) => within(async () => {
      const queue = new packages[v].Queue(name, { connection, telemetry });
      const job = await queue.add('work', data, opts);
      await queue.close();
      return summary(job);
    }),

    /** A parent with the children a and b. */
    tracedFlow: (v, name) => within(async () => {
      const flows = new packages[v].FlowProducer({ connection, telemetry });
      const node = (id, children) => ({ name: 'work', queueName: name, data: id, opts: { jobId: id }, children });
      await flows.add(node('parent', [node('a'), node('b')]));
      await flows.close();
      return {};
    }),

    /** Every operation on a queue that the package traces, once. */
    tracedOperations: async (v, name) => {
      const queue = new packages[v].Queue(name, { connection, telemetry });
      const job = await queue.add('work', 1);
      await queue.pause();
      await queue.updateJobProgress(job.id, 7);
      await queue.resume();
      await queue.rateLimit(5);
      await queue.removeDeduplicationKey('kind');
      await queue.promoteJobs();
      await queue.retryJobs();
      await queue.clean(9000, 3, 'failed');
      await queue.remove(job.id);
      await queue.addBulk([{ name: 'work', data: 1 }]);
      await queue.drain(true);
      await queue.trimEvents(5);
      await queue.upsertJobScheduler('s', { every: 3600000 }, { name: 'work' });
      await queue.obliterate({ force: true });
    },

    startTracedWorker: async (v, name, how) => {
      const worker = startWorker(v, name, how, { telemetry });
      await worker.waitUntilReady();
      workers.set(`${v} ${name}`, worker);
    },

    spans: async (v, name) => exporter.getFinishedSpans().filter(span => span.attributes['bullmq.queue.name'] === name).map(span => ({
      name: span.name, kind: span.kind, attributes: span.attributes,
      traceId: span.spanContext().traceId, spanId: span.spanContext().spanId, parentSpanId: span.parentSpanContext?.spanId ?? null,
    })),
  };
};
