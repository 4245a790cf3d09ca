using CsCheck;
using WorkflowAspire.Interop.Tests.Differential;

namespace WorkflowAspire.Interop.Tests.Properties;

/// <summary>One thing that a program does with a queue.</summary>
/// <param name="Text">The operation and its arguments, as a failure prints it.</param>
/// <param name="RunAsync">Does it, on either side.</param>
internal sealed record Operation(string Text, Func<IQueueActor, Task> RunAsync)
{
    public override string ToString() => Text;

    /// <summary>An operation without arguments.</summary>
    public static Gen<Operation> Of(string name, Func<IQueueActor, Task> run) => Gen.Const(new Operation(name, run));

    /// <summary>An operation with one argument.</summary>
    public static Gen<Operation> Of<T>(string name, Gen<T> argument, Func<IQueueActor, T, Task> run) =>
        argument.Select(value => new Operation($"{name} {value}", queue => run(queue, value)));

    /// <summary>An operation with two arguments.</summary>
    public static Gen<Operation> Of<T1, T2>(string name, Gen<T1> first, Gen<T2> second, Func<IQueueActor, T1, T2, Task> run) =>
        Gen.Select(first, second, (one, two) => new Operation($"{name} {one}, {two}", queue => run(queue, one, two)));

    /// <summary>An operation on a job that the actor holds; nothing where it holds none.</summary>
    public static Gen<Operation> OnHeld(string name, Func<IQueueActor, int, Task> run) =>
        Of(name, Gen.Int[0, 2], (queue, which) => queue.Held == 0 ? Task.CompletedTask : run(queue, which % queue.Held));

    /// <summary>An operation with an argument on a job that the actor holds; nothing where it holds none.</summary>
    public static Gen<Operation> OnHeld<T>(string name, Gen<T> argument, Func<IQueueActor, int, T, Task> run) =>
        Of(name, Gen.Int[0, 2], argument, (queue, which, value) => queue.Held == 0 ? Task.CompletedTask : run(queue, which % queue.Held, value));
}
