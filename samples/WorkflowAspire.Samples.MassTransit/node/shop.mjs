// The shop: adds orders, waits for their invoices, and sends the mails that come back. Ends when all of that is done.
import { Queue, QueueEvents, Worker } from 'bullmq';

const connection = { host: process.env.REDIS_HOST ?? 'localhost', port: Number(process.env.REDIS_PORT ?? 6379) };
const orders = new Queue('orders', { connection });
const events = new QueueEvents('orders', { connection });

const sent = new Promise(resolve => {
  const mailer = new Worker('mails', async job => {
    console.log(`mail to ${job.data.to}: ${job.data.subject}`);
  }, { connection });
  mailer.on('completed', () => resolve(mailer));
});

let next = Date.now();
const lines = [{ article: 'lamp', quantity: 2, price: 10 }, { article: 'bulb', quantity: 1, price: 1.68 }];
const add = (number, body) => orders.add('order', { number, customer: 'ada@example.org', country: 'DE', ...body },
  { jobId: `order-${number}`, attempts: 3, backoff: { type: 'exponential', delay: 1000 } });

await events.waitUntilReady();
for (const job of [await add(String(next++), { lines }), await add(String(next++), { lines: [] })]) {
  try {
    const invoice = await job.waitUntilFinished(events, 60_000);
    console.log(`order ${job.data.number}: invoice ${invoice.number}, total ${invoice.total}`);
  } catch (error) {
    console.log(`order ${job.data.number}: ${error.message}`);
  }
}

await (await sent).close();
await Promise.all([orders.close(), events.close()]);
