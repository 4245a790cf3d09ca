using WorkflowAspire.Evaluator;

// The engines get a stack of their own, deeper than what any text may nest; what overflows it all the same ends this process and no other.
const int StackBytes = 16 * 1024 * 1024;

// Ctrl-C goes to the whole group of processes: this one ends when its host has no more work for it.
using var interrupt = System.Runtime.InteropServices.PosixSignalRegistration.Create(
    System.Runtime.InteropServices.PosixSignal.SIGINT, signal => signal.Cancel = true);
KernelPriority.Lower();

using var input = Console.OpenStandardInput();
using var output = Console.OpenStandardOutput();
var loop = new Thread(() => new EvaluationLoop(input, output).Run(), StackBytes) { Name = "evaluation" };
loop.Start();
loop.Join();
