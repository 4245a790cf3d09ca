namespace WorkflowAspire.Workflows.Execution;

/// <summary>Ends the code of an attempt where the run waits. Code that swallows it doesn't get further: the engine remembers.</summary>
internal sealed class RunSuspendedException(string operation) : OperationCanceledException($"The run is parked at '{operation}'; let this exception pass.");
