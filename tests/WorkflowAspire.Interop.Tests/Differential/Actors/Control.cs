namespace WorkflowAspire.Interop.Tests.Differential;

internal partial interface IQueueActor
{
    Task PauseAsync();

    Task ResumeAsync();

    Task RetryAsync(string id);

    Task RemoveAsync(string id);
}

internal sealed partial class NodeActor
{
    public Task PauseAsync() => _queue.CallAsync("pause");

    public Task ResumeAsync() => _queue.CallAsync("resume");

    public Task RetryAsync(string id) => _queue.CallJobAsync(id, "retry");

    public Task RemoveAsync(string id) => _queue.CallAsync("remove", id);
}

internal sealed partial class DotNetActor
{
    public Task PauseAsync() => _queue.PauseAsync();

    public Task ResumeAsync() => _queue.ResumeAsync();

    public Task RetryAsync(string id) => _queue.RetryJobAsync(id);

    public Task RemoveAsync(string id) => _queue.RemoveJobAsync(id);
}
