using Microsoft.Extensions.AI;

namespace WorkflowAspire.Workflows.Llm.Connections;

/// <summary>A model that can be called, with this process's share of its slots.</summary>
internal sealed class LanguageModel(string name, LanguageModelOptions options, ModelEndpoint endpoint, IChatClient client) : IDisposable
{
    private readonly SemaphoreSlim? _slots = options.MaxConcurrency is { } most ? new SemaphoreSlim(most, most) : null;

    public string Name => name;

    public LanguageModelOptions Options => options;

    public ModelEndpoint Endpoint => endpoint;

    public IChatClient Client => client;

    /// <summary>Waits until one more call may begin; what is returned ends it.</summary>
    public async Task<IDisposable?> EnterAsync(CancellationToken ct)
    {
        if (_slots is null) return null;
        await _slots.WaitAsync(ct).ConfigureAwait(false);
        return new Slot(_slots);
    }

    public void Dispose()
    {
        client.Dispose();
        _slots?.Dispose();
    }

    private sealed class Slot(SemaphoreSlim slots) : IDisposable
    {
        private int _left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _left, 1) == 0) slots.Release();
        }
    }
}
