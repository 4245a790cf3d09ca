// usage: <port> [<data folder>]   without a folder nothing is kept
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Garnet;

var (port, folder) = (args[0], args.ElementAtOrDefault(1) ?? "");
string[] options =
[
    "--bind", "127.0.0.1", "--port", port, "-q",
    // Scripts are transactions over their declared keys, as the queue's are written for.
    "--lua", "true", "--lua-transaction-mode", "true",
    // A hash index for a few million keys: each checkpoint writes it out.
    "--index", "16m",
    // The native device asks for libaio, which few machines have.
    "--device-type", "RandomAccess",
];
// A write is answered when it is in the file: as with redis-server, a kill then loses nothing that was acknowledged.
if (folder.Length > 0) options = [.. options, "--aof", "true", "--aof-commit-wait", "true", "--recover", "true", "--checkpointdir", folder, "--checkpoint-freq", "600"];

using var stop = new ManualResetEventSlim();
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var breakKey = PosixSignalRegistration.Create(PosixSignal.SIGQUIT, Stop);
using var server = new GarnetServer(options);
server.Start();
Console.WriteLine($"Garnet listens on 127.0.0.1:{port}");
stop.Wait();
if (folder.Length > 0) Checkpoint();
return;

void Stop(PosixSignalContext context)
{
    context.Cancel = true;
    stop.Set();
}

// The next start then reads a checkpoint and not every write since the first.
void Checkpoint()
{
    using var client = new TcpClient("127.0.0.1", int.Parse(port, System.Globalization.CultureInfo.InvariantCulture));
    using var stream = client.GetStream();
    stream.Write("*1\r\n$4\r\nSAVE\r\n"u8);
    _ = stream.ReadByte();
}
