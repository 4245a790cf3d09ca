// Another engine under the same load as ours, one JSON line per request and per answer. Started with its name, the database's URL and how many runs at a time.
import readline from 'node:readline';

const [, , engine, url, concurrency] = process.argv;
const { start } = await import(`./${engine}.mjs`);
const execute = await start(url, Number(concurrency));

async function round({ runs, steps }) {
  const took = [];
  let left = runs;
  const before = process.cpuUsage();
  const started = performance.now();
  await Promise.all(Array.from({ length: Number(concurrency) }, async () => {
    while (left-- > 0) {
      const submitted = performance.now();
      await execute(steps);
      took.push(performance.now() - submitted);
    }
  }));
  const milliseconds = performance.now() - started;
  const { user, system } = process.cpuUsage(before);
  return { milliseconds, took, cpu: user + system };
}

// Libraries may write to the output too: answers carry a mark.
readline.createInterface({ input: process.stdin }).on('line', async line => {
  process.stdout.write(`answer ${JSON.stringify(await round(JSON.parse(line)))}\n`);
}).on('close', () => process.exit());
process.stdout.write('answer {}\n');
